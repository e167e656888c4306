import { DeepThingsError } from '../../errors.js';
import type { HeadFamily } from '../../heads/head-family.js';
import { type DetectionLayer, type HeadLayer, isHead, type Layer, type YoloLayer } from './layers.js';

/** A head and its place in the network. */
interface PlacedHead<Head extends HeadLayer = HeadLayer> {
  readonly index: number;
  readonly layer: Head;
}

/** The maps that heads decode, by the index of the layer that would read them; of a network without head the last one. */
export function decodedMaps(layers: readonly Layer[]): readonly number[] {
  const heads = headsOf(layers);
  return heads.length === 0 ? [layers.length] : heads.map(({ index }) => index);
}

/**
 * What a network's heads decode, of the graph whose value `map l` is the input of layer l: one `[detection]`, `[region]` or `[softmax]`,
 * or any number of `[yolo]` and `[Gaussian_yolo]`.
 *
 * @returns null for a network without head.
 * @throws DT_CFG_LAYER for heads that do not belong together.
 */
export function headFamily(layers: readonly Layer[]): HeadFamily | null {
  const heads = headsOf(layers);
  const [first] = heads;
  if (first === undefined) return null;
  const { index, layer } = first;
  const output = `map ${index}`;
  const { height, width } = layer.input;
  if (layer.kind === 'yolo' && heads.every(isYolo)) return yoloFamily(heads);
  const second = heads[1];
  if (second !== undefined) {
    throw new DeepThingsError(
      'DT_CFG_LAYER',
      `layer ${index} [${layer.kind}] and layer ${second.index} [${second.layer.kind}] are heads of different kinds, or of one ` +
        'kind that a network has once only',
    );
  }
  if (layer.kind === 'softmax') {
    const classes = layer.input.channels;
    const { temperature, tree } = layer;
    const family = { kind: 'classifier', output, shape: [1, classes, 1, 1], classes, areLogits: true } as const;
    const divided = temperature === undefined ? family : { ...family, temperature };
    return Object.freeze(tree === undefined ? divided : { ...divided, tree });
  }
  if (layer.kind === 'detection') return firstYoloFamily(output, layer);
  const { anchors, classes } = layer;
  const isSoftmax = layer.kind === 'region' && layer.softmax;
  const family = { kind: 'region', output, height, width, classes, isSoftmax, anchors } as const;
  const tree = layer.kind === 'region' ? layer.tree : undefined;
  return Object.freeze(tree === undefined ? family : { ...family, tree });
}

function firstYoloFamily(output: string, { boxes, classes, input, side, softmax, sqrt }: DetectionLayer): HeadFamily {
  const shape = [1, input.channels, input.height, input.width];
  return Object.freeze({ kind: 'detection', output, shape, side, boxes, classes, isSoftmax: softmax, areRoots: sqrt });
}

function yoloFamily(heads: readonly PlacedHead<YoloLayer>[]): HeadFamily {
  const classes = heads[0]!.layer.classes;
  const other = heads.find(({ layer }) => layer.classes !== classes);
  if (other !== undefined) {
    throw new DeepThingsError(
      'DT_CFG_LAYER',
      `layer ${heads[0]!.index} [yolo] has ${classes} classes, and layer ${other.index} [yolo] has ${other.layer.classes}`,
    );
  }
  const levels = heads.map(({ index, layer }) => {
    const { anchors, hasNewCoords, hasUncertainties, input, scaleXY } = layer;
    const { height, width } = input;
    const level = { output: `map ${index}`, height, width, anchors, scaleXY, hasNewCoords };
    return Object.freeze(hasUncertainties ? { ...level, hasUncertainties } : level);
  });
  // Darknet asks the last layer which NMS it is.
  const { distanceExponent } = heads.at(-1)!.layer;
  return Object.freeze({ kind: 'yolo', classes, levels: Object.freeze(levels), distanceExponent });
}

function headsOf(layers: readonly Layer[]): readonly PlacedHead[] {
  return layers.flatMap((layer, index) => (isHead(layer) ? [{ index, layer }] : []));
}

function isYolo(head: PlacedHead): head is PlacedHead<YoloLayer> {
  return head.layer.kind === 'yolo';
}
