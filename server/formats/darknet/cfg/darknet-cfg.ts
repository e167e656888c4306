import { DeepThingsError } from '../../../errors.js';
import type { MapShape } from '../../../geometry/region.js';
import { labelsFor } from '../../../model/labels.js';
import type { Network, Preprocessing } from '../../../model/network.js';
import { NO_REMARK, type Remark } from '../../../model/remark.js';
import { LARGEST_INPUT_SIDE } from '../layer-limits.js';
import { type LayerDeclaration, shapeLayers } from '../layer-shapes.js';
import type { Activation } from '../layers.js';
import { networkGraph } from '../layers-graph.js';
import { checkOptions, LAYER_OPTIONS, layerKind } from './darknet-options.js';
import { type CfgSection, readSections, SectionReader } from './darknet-sections.js';
import { refuseUnsupportedKinds } from './network-kind.js';

/** A wanted input size in pixels; what is not given stays as the model has it. */
export interface InputSize {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

export interface CfgReading {
  readonly name: string;
  /** Class names; those of COCO or VOC when the head has as many classes and none are given. */
  readonly labels?: readonly string[] | undefined;
  readonly size?: InputSize | undefined;
  /** Receives what the cfg says twice. */
  readonly remark?: Remark | undefined;
}

const ACTIVATIONS: readonly Activation[] = ['linear', 'leaky', 'relu', 'logistic', 'mish'];

/** Darknet centres the picture on half grey (0.5, which lies between two bytes) and divides by 255. */
export const DARKNET_PREPROCESSING: Preprocessing = Object.freeze({
  anchor: 'centre',
  fill: Object.freeze([128, 128, 128] as const),
  order: 'rgb',
  mean: Object.freeze([0, 0, 0] as const),
  scale: Object.freeze([1 / 255, 1 / 255, 1 / 255] as const),
});

/**
 * Reads a Darknet cfg as Darknet's parser does, with its defaults.
 *
 * @throws DT_CFG_SYNTAX, DT_CFG_LAYER (unknown layer), DT_CFG_OPTION (option that is not supported), DT_CFG_VALUE,
 * DT_CFG_SHAPE, DT_CFG_SIZE, DT_LABELS_COUNT; messages name the layer's index, kind and line.
 */
export function parseDarknetCfg(text: string, reading: CfgReading): Network {
  const [head, ...sections] = readSections(text, reading.remark ?? NO_REMARK);
  if (head === undefined || (head.kind !== 'net' && head.kind !== 'network')) {
    const found = head === undefined ? 'nothing' : `[${head.kind}] in line ${head.line}`;
    throw new DeepThingsError('DT_CFG_SYNTAX', `expected [net] as the first section, found ${found}`);
  }
  const describe = (index: number) => {
    const section = sections[index]!;
    return `layer ${index} [${section.kind}], line ${section.line}`;
  };
  refuseUnsupportedKinds(head, sections, describe);
  const input = readInput(head, reading.size);
  const declarations = sections.map((section, index) => declareLayer(section, index, describe(index)));
  const layers = shapeLayers(input, declarations, describe);
  return Object.freeze({
    name: reading.name,
    input,
    layers,
    graph: networkGraph(reading.name, input, layers),
    preprocessing: DARKNET_PREPROCESSING,
    labels: labelsFor(layers, reading.labels),
  });
}

function readInput(head: CfgSection, size: InputSize | undefined): MapShape {
  const net = new SectionReader(head, `[${head.kind}]`);
  const input = {
    channels: net.integer('channels', 0, 1),
    height: size?.height ?? net.integer('height', 0, 1),
    width: size?.width ?? net.integer('width', 0, 1),
  };
  for (const [name, value] of Object.entries(input)) {
    if (value < 1) {
      net.refuse('DT_CFG_VALUE', `${name} is missing`, head.line);
    }
    if (value > LARGEST_INPUT_SIDE) {
      net.refuse('DT_CFG_SIZE', `${name}=${value}, and ${LARGEST_INPUT_SIDE} is the most`, head.line);
    }
  }
  if (input.channels !== 3) {
    net.refuse('DT_CFG_VALUE', `channels=${input.channels}, and pictures have 3 (red, green, blue)`, head.line);
  }
  // AlexeyAB's Darknet stretches pictures unless it is 1; pjreddie's does not know it and keeps their proportions.
  const stretched = head.options.get('letter_box');
  if (stretched !== undefined && !net.flag('letter_box')) {
    net.refuse(
      'DT_CFG_OPTION',
      `letter_box=${stretched.value} has pictures stretched to the input, which is not supported: pictures keep their ` +
        'proportions here (docs/models.md); remove the line, or train with letter_box=1',
      stretched.line,
    );
  }
  return Object.freeze(input);
}

function declareLayer(section: CfgSection, index: number, where: string): LayerDeclaration {
  const kind = layerKind(section.kind);
  if (kind === undefined) {
    throw new DeepThingsError(
      'DT_CFG_LAYER',
      `${where}: layers of this kind are not supported, only ${Object.keys(LAYER_OPTIONS).join(', ')}`,
    );
  }
  const options = new SectionReader(section, where);
  checkOptions(options, kind);
  switch (kind) {
    case 'convolutional':
      return declareConvolution(options);
    case 'maxpool': {
      const stride = options.integer('stride', 1, 1);
      const size = options.integer('size', stride, 1);
      return { kind, size, stride, totalPadding: options.integer('padding', size - 1, 0) };
    }
    case 'route':
      return declareRoute(options, index);
    case 'reorg':
      return { kind, stride: options.integer('stride', 1, 1) };
    case 'connected':
      return {
        kind,
        outputs: options.integer('output', 1, 1),
        batchNormalize: options.flag('batch_normalize'),
        activation: readActivation(options),
      };
    case 'avgpool':
    case 'dropout':
    case 'cost':
    case 'softmax':
      return { kind };
    case 'region':
      return declareRegion(options);
  }
}

function declareConvolution(options: SectionReader): LayerDeclaration {
  const size = options.integer('size', 1, 1);
  return {
    kind: 'convolutional',
    filters: options.integer('filters', 1, 1),
    size,
    stride: options.integer('stride', 1, 1),
    padding: options.flag('pad') ? Math.floor(size / 2) : options.integer('padding', 0, 0),
    groups: options.integer('groups', 1, 1),
    batchNormalize: options.flag('batch_normalize'),
    activation: readActivation(options),
  };
}

function readActivation(options: SectionReader): Activation {
  const activation = options.text('activation', 'logistic');
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

function declareRoute(options: SectionReader, index: number): LayerDeclaration {
  const named = options.numbers('layers');
  if (named === undefined) {
    return options.refuse('DT_CFG_VALUE', 'layers is missing: name the layers to join');
  }
  const layers = named.map((layer) => (layer < 0 ? index + layer : layer));
  if (!layers.every((layer) => Number.isInteger(layer) && layer >= 0 && layer < index)) {
    options.refuse('DT_CFG_VALUE', `layers=${named.join(',')} must name layers before it`);
  }
  return { kind: 'route', layers: Object.freeze(layers) };
}

function declareRegion(options: SectionReader): LayerDeclaration {
  const count = options.integer('num', 1, 1);
  const coords = options.integer('coords', 4, 1);
  if (coords !== 4) {
    options.refuse('DT_CFG_VALUE', `coords=${coords} is not supported, only coords=4 (x, y, width, height)`);
  }
  // Darknet's own default: a box of half a cell for every anchor.
  const numbers = options.numbers('anchors') ?? new Array<number>(2 * count).fill(0.5);
  if (numbers.length !== 2 * count || !numbers.every((value) => value > 0)) {
    options.refuse(
      'DT_CFG_VALUE',
      `num=${count} needs ${2 * count} anchor numbers, all above 0, and anchors has ${numbers.length}`,
    );
  }
  const anchors = Array.from({ length: count }, (_, i) =>
    Object.freeze([numbers[2 * i]!, numbers[2 * i + 1]!] as const),
  );
  return {
    kind: 'region',
    classes: options.integer('classes', 20, 0),
    coords,
    softmax: options.flag('softmax'),
    anchors: Object.freeze(anchors),
  };
}
