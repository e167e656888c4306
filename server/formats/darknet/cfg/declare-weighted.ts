import { ACTIVATIONS } from '../activations.js';
import type { Activation, LayerDeclaration } from '../layers.js';
import type { SectionReader } from './darknet-sections.js';

/**
 * Reads a convolution.
 *
 * @param index of the layer in its network.
 */
export function declareConvolution(options: SectionReader, index: number): LayerDeclaration {
  const size = options.integer('size', 1, 1);
  // As in Darknet: a window of one cell has none.
  const dilation = size === 1 ? 1 : options.integer('dilation', 1, 1);
  return {
    kind: 'convolutional',
    filters: options.integer('filters', 1, 1),
    size,
    stride: options.integer('stride', 1, 1),
    padding: options.flag('pad') ? Math.floor(size / 2) : options.integer('padding', 0, 0),
    groups: options.integer('groups', 1, 1),
    ...(dilation > 1 ? { dilation } : {}),
    batchNormalize: options.flag('batch_normalize'),
    activation: readActivation(options, 'logistic'),
    ...readShared(options, index),
    ...(options.flag('xnor') ? { isXnor: true } : {}),
  };
}

function readShared(options: SectionReader, index: number): { readonly sharedFrom?: number } {
  const option = options.section.options.get('share_index');
  if (option === undefined) return {};
  const named = options.integer('share_index', 0, Number.MIN_SAFE_INTEGER);
  const sharedFrom = named < 0 ? index + named : named;
  if (sharedFrom >= 0 && sharedFrom < index) return { sharedFrom };
  return options.refuse('DT_CFG_VALUE', `share_index=${named} must name a layer before it`, option.line);
}

/** Reads a locally connected layer: its `pad` is the cells on each side. */
export function declareLocal(options: SectionReader): LayerDeclaration {
  return {
    kind: 'local',
    filters: options.integer('filters', 1, 1),
    size: options.integer('size', 1, 1),
    stride: options.integer('stride', 1, 1),
    padding: options.integer('pad', 0, 0),
    batchNormalize: false,
    activation: readActivation(options, 'logistic'),
  };
}

export function declareConnected(options: SectionReader): LayerDeclaration {
  return {
    kind: 'connected',
    outputs: options.integer('output', 1, 1),
    batchNormalize: options.flag('batch_normalize'),
    activation: readActivation(options, 'logistic'),
  };
}

/**
 * Reads a layer's activation.
 *
 * @param otherwise Darknet's default for this kind of layer.
 * @throws DT_CFG_VALUE
 */
export function readActivation(options: SectionReader, otherwise: Activation): Activation {
  const activation = options.text('activation', otherwise);
  if (isActivation(activation)) return activation;
  return options.refuse(
    'DT_CFG_VALUE',
    `activation=${activation} is not supported, only ${ACTIVATIONS.join(', ')}`,
    options.section.options.get('activation')?.line,
  );
}

function isActivation(name: string): name is Activation {
  return (ACTIVATIONS as readonly string[]).includes(name);
}
