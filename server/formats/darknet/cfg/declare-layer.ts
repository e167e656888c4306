import { DeepThingsError } from '../../../errors.js';
import type { Remark } from '../../../model/remark.js';
import type { LayerDeclaration } from '../layers.js';
import { checkOptions, LAYER_OPTIONS, layerKind } from './darknet-options.js';
import { type CfgSection, SectionReader } from './darknet-sections.js';
import { declareDetection, declareRegion, declareYolo } from './declare-heads.js';
import { declareTree } from './declare-tree.js';
import { declareConnected, declareConvolution, declareLocal, readActivation } from './declare-weighted.js';

/** What a layer's section is read with. */
interface LayerReading {
  /** Names the layer in a message. */
  readonly where: string;
  /** Receives what is read and looks like a mistake. */
  readonly remark: Remark;
  /** Reads a file that a section names; undefined where files cannot be read. */
  readonly readText: ((path: string) => string) | undefined;
}

/**
 * Reads a layer's section.
 *
 * @param index of the layer in its network.
 * @throws DT_CFG_LAYER, DT_CFG_OPTION, DT_CFG_VALUE
 */
export function declareLayer(
  section: CfgSection,
  index: number,
  { readText, remark, where }: LayerReading,
): LayerDeclaration {
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
      return declareConvolution(options, index);
    case 'local':
      return declareLocal(options);
    case 'maxpool':
    case 'local_avgpool': {
      const stride = options.integer('stride', 1, 1);
      const size = options.integer('size', stride, 1);
      return { kind, size, stride, totalPadding: options.integer('padding', size - 1, 0) };
    }
    case 'route':
      return declareRoute(options, index);
    case 'shortcut':
      return { kind, from: readLayers(options, 'from', index), activation: readActivation(options, 'linear') };
    case 'sam':
      return { kind, from: readLayer(options, index), activation: readActivation(options, 'linear') };
    case 'scale_channels': {
      const each = options.flag('scale_wh') ? 'cell' : 'channel';
      return { kind, from: readLayer(options, index), each, activation: readActivation(options, 'linear') };
    }
    case 'upsample':
      return { kind, stride: options.integer('stride', 2, 1), scale: options.number('scale', 1) };
    case 'crop': {
      const [height, width] = [options.integer('crop_height', 1, 1), options.integer('crop_width', 1, 1)];
      return { kind, height, width, isAdjusted: !options.flag('noadjust') };
    }
    case 'activation':
      return { kind, activation: readActivation(options, 'linear') };
    case 'reorg':
    case 'reorg3d':
      return { kind, stride: options.integer('stride', 1, 1) };
    case 'connected':
      return declareConnected(options);
    case 'avgpool':
    case 'batchnorm':
    case 'dropout':
    case 'cost':
    case 'contrastive':
      return { kind };
    case 'softmax': {
      const temperature = options.number('temperature', 1);
      return { kind, ...(temperature === 1 ? {} : { temperature }), ...declareTree(options, readText) };
    }
    case 'detection':
      return declareDetection(options);
    case 'region':
      return declareRegion(options, declareTree(options, readText), remark);
    case 'yolo':
    case 'Gaussian_yolo':
      return declareYolo(options, kind, remark);
  }
}

function declareRoute(options: SectionReader, index: number): LayerDeclaration {
  const layers = readLayers(options, 'layers', index);
  const [count, group] = [options.integer('groups', 1, 1), options.integer('group_id', 0, 0)];
  if (group >= count) options.refuse('DT_CFG_VALUE', `group_id=${group} must be less than groups=${count}`);
  return count === 1 ? { kind: 'route', layers } : { kind: 'route', layers, group: { count, index: group } };
}

/** Absolute indices of earlier layers, which a cfg may count backward from this one. */
function readLayers(options: SectionReader, name: string, index: number): readonly number[] {
  const named = options.numbers(name);
  if (named === undefined) return options.refuse('DT_CFG_VALUE', `${name} is missing: name the layers that it reads`);
  const layers = named.map((layer) => (layer < 0 ? index + layer : layer));
  if (!layers.every((layer) => Number.isInteger(layer) && layer >= 0 && layer < index)) {
    options.refuse('DT_CFG_VALUE', `${name}=${named.join(',')} must name layers before it`);
  }
  return Object.freeze(layers);
}

/** The same of a layer that reads one. */
function readLayer(options: SectionReader, index: number): number {
  const [layer, ...others] = readLayers(options, 'from', index);
  if (others.length > 0) options.refuse('DT_CFG_VALUE', 'from must name one layer');
  return layer!;
}
