import type { ErrorCode } from '../../error-codes.js';
import { DeepThingsError } from '../../errors.js';
import { type MapShape, shapeText } from '../../geometry/region.js';
import { checkLayerSize, inputSizeHint } from './layer-limits.js';
import { earlierLayers, isHead, type Layer, type LayerDeclaration } from './layers.js';
import { type LayerPlace, mergedShape, type Refuse } from './merged-shapes.js';

/** Names a layer in an error message; a cfg adds the line. */
export type DescribeLayer = (index: number) => string;

/**
 * Gives each declared layer its shapes, by Darknet's rules:
 *
 * - convolution: `(W + 2 * padding - size) / stride + 1`, rounded down;
 * - max pooling: `(W + totalPadding - size) / stride + 1`, rounded down, so that an odd map rounds up at 2/2;
 * - route: channels add up; shortcut and the like: as the input; upsample: `[c, h * s, w * s]`; reorg: `[c * s * s, h / s, w / s]`;
 * - connected: `[outputs, 1, 1]`; avgpool: `[c, 1, 1]`.
 *
 * @throws DT_CFG_SHAPE when a layer does not fit the map before it, naming the layer and both; DT_CFG_LAYER when it reads the
 * output of a head; DT_CFG_SIZE when a map or the weights are larger than any machine can hold.
 */
export function shapeLayers(
  input: MapShape,
  declarations: readonly LayerDeclaration[],
  describe: DescribeLayer = (index) => `layer ${index} (${declarations[index]!.kind})`,
): readonly Layer[] {
  const layers: Layer[] = [];
  const steps: number[] = [];
  let weights = 0;
  let before = Object.freeze({ ...input });
  for (const [index, declaration] of declarations.entries()) {
    const refuse =
      (code: ErrorCode) =>
      (reason: string): never => {
        throw new DeepThingsError(code, `${describe(index)}: ${reason}`);
      };
    const step = stepOf(declaration, steps);
    const place = { input: before, earlier: layers, sizeHint: inputSizeHint(input, step) };
    refuseDecoded(declaration, layers, refuse('DT_CFG_LAYER'));
    if (declaration.kind === 'convolutional') checkShared(declaration, place, refuse('DT_CFG_SHAPE'));
    const output = Object.freeze(outputShape(declaration, place, refuse('DT_CFG_SHAPE')));
    const layer = Object.freeze({ ...declaration, input: before, output });
    weights = checkLayerSize(layer, weights, refuse('DT_CFG_SIZE'));
    layers.push(layer);
    steps.push(step);
    before = output;
  }
  return Object.freeze(layers);
}

type Declared<Kind> = Extract<LayerDeclaration, { readonly kind: Kind }>;

/** Pixels of the network's input that make one cell of a layer's output, a side. */
function stepOf(layer: LayerDeclaration, earlier: readonly number[]): number {
  const before = earlier.at(-1) ?? 1;
  switch (layer.kind) {
    case 'convolutional':
    case 'local':
    case 'maxpool':
    case 'local_avgpool':
    case 'reorg':
    case 'reorg3d':
      return before * layer.stride;
    case 'upsample':
      return Math.max(1, before / layer.stride);
    case 'route':
    case 'scale_channels':
      return Math.max(1, ...earlierLayers(layer).map((source) => earlier[source] ?? 1));
    default:
      return before;
  }
}

/** Refuses a layer that reads a head's output as a map. */
function refuseDecoded(layer: LayerDeclaration, earlier: readonly Layer[], refuse: Refuse): void {
  const reads = layer.kind === 'route' ? layer.layers : [earlier.length - 1, ...earlierLayers(layer)];
  const head = reads.find((index) => earlier[index] !== undefined && isHead(earlier[index]));
  if (head === undefined || isPassing(layer)) return;
  refuse(
    `reads the output of layer ${head} [${earlier[head]!.kind}], which is a head: its output is a result and no map`,
  );
}

function isPassing({ kind }: LayerDeclaration): boolean {
  return kind === 'cost' || kind === 'dropout' || kind === 'contrastive';
}

/** Refuses weights that are of another shape than the layer's own would be. */
function checkShared(
  { batchNormalize, filters, groups, isXnor, sharedFrom, size }: Declared<'convolutional'>,
  { earlier, input }: LayerPlace,
  refuse: Refuse,
): void {
  if (sharedFrom === undefined) return;
  const source = earlier[sharedFrom]!;
  if (source.kind !== 'convolutional' || source.sharedFrom !== undefined) {
    refuse(`share_index names layer ${sharedFrom} [${source.kind}], which is no convolution with weights of its own`);
    return;
  }
  const own = [filters, input.channels, groups, size, batchNormalize, isXnor ?? false].join();
  const others = [source.filters, source.input.channels, source.groups, source.size, source.batchNormalize];
  if (own === [...others, source.isXnor ?? false].join()) return;
  refuse(
    `shares the weights of layer ${sharedFrom}: filters, channels, groups, size, batch_normalize and xnor of both must be the same`,
  );
}

function outputShape(layer: LayerDeclaration, place: LayerPlace, refuse: Refuse): MapShape {
  const { input } = place;
  switch (layer.kind) {
    case 'convolutional':
      return convolvedShape(layer, input, refuse);
    case 'local':
      return localShape(layer, input, refuse);
    case 'maxpool':
    case 'local_avgpool':
      return pooledShape(layer, input, refuse);
    case 'route':
    case 'shortcut':
    case 'sam':
    case 'scale_channels':
      return mergedShape(layer, place, refuse);
    case 'reorg':
    case 'reorg3d':
      return reorganizedShape(layer, place, refuse);
    case 'upsample':
      return { channels: input.channels, height: input.height * layer.stride, width: input.width * layer.stride };
    case 'crop':
      if (layer.height > input.height || layer.width > input.width) {
        refuse(`takes ${layer.height} x ${layer.width} cells out of a map of ${shapeText(input)}: use a larger input`);
      }
      return { channels: input.channels, height: layer.height, width: layer.width };
    case 'connected':
      return { channels: layer.outputs, height: 1, width: 1 };
    case 'avgpool':
      return { channels: input.channels, height: 1, width: 1 };
    case 'softmax':
      if (input.height * input.width !== 1) {
        refuse(
          `needs a number for each class, and the layer before gives ${shapeText(input)}: put [avgpool] before it`,
        );
      }
      if (layer.tree !== undefined && layer.tree.parents.length !== input.channels) {
        refuse(`has a tree of ${layer.tree.parents.length} classes, and the layer before gives ${input.channels}`);
      }
      return input;
    case 'detection':
      return firstDetectedShape(layer, input, refuse);
    case 'region':
      return detectedShape(layer.anchors.length, layer.coords, layer.classes, input, refuse);
    case 'yolo':
      return detectedShape(layer.anchors.length, layer.hasUncertainties ? 8 : 4, layer.classes, input, refuse);
    case 'activation':
    case 'batchnorm':
    case 'dropout':
    case 'cost':
    case 'contrastive':
      return input;
  }
}

function convolvedShape(
  { dilation = 1, filters, groups, padding, size, stride }: Declared<'convolutional'>,
  input: MapShape,
  refuse: Refuse,
): MapShape {
  if (padding >= size) refuse(`padding ${padding} must be smaller than the window, which is ${size}`);
  if (input.channels % groups !== 0 || filters % groups !== 0) {
    refuse(`groups=${groups} must divide its ${input.channels} input channels and its ${filters} filters`);
  }
  const cells = (extent: number) => {
    const windows = windowCount(extent, 2 * padding, size, stride, refuse);
    // Darknet's map has the size that it would have without the dilation.
    const isWhole = windows === Math.floor((extent + 2 * padding * dilation - dilation * (size - 1) - 1) / stride) + 1;
    return isWhole ? windows : refuse(`dilation=${dilation} needs a window of odd size with pad=1`);
  };
  return { channels: filters, height: cells(input.height), width: cells(input.width) };
}

/** Darknet takes any padding for that of a window of three cells: only where both counts agree it computes every output. */
function localShape({ filters, padding, size, stride }: Declared<'local'>, input: MapShape, refuse: Refuse): MapShape {
  const cells = (extent: number) => {
    const windows = windowCount(extent, 2 * padding, size, stride, refuse);
    const counted = Math.floor((padding === 0 ? extent - size : extent - 1) / stride) + 1;
    return windows === counted
      ? windows
      : refuse(`pad=${padding} does not fit size=${size}: use pad=1 with size=3, or pad=0`);
  };
  return { channels: filters, height: cells(input.height), width: cells(input.width) };
}

function pooledShape(
  { size, stride, totalPadding }: Declared<'maxpool' | 'local_avgpool'>,
  input: MapShape,
  refuse: Refuse,
): MapShape {
  if (Math.ceil(totalPadding / 2) >= size) {
    refuse(`padding ${totalPadding} (both sides together) puts whole windows of ${size} outside the map`);
  }
  const cells = (extent: number) => windowCount(extent, totalPadding, size, stride, refuse);
  return { channels: input.channels, height: cells(input.height), width: cells(input.width) };
}

function reorganizedShape(
  { kind, stride }: Declared<'reorg' | 'reorg3d'>,
  { input, sizeHint }: LayerPlace,
  refuse: Refuse,
): MapShape {
  const { channels, height, width } = input;
  const fits = kind === 'reorg3d' || channels % (stride * stride) === 0;
  if (width % stride !== 0 || height % stride !== 0 || !fits) {
    refuse(
      `stride ${stride} must divide the map's height and width${kind === 'reorg' ? ' and its square the channels' : ''}, ` +
        `and the map is ${shapeText(input)}${sizeHint}`,
    );
  }
  return { channels: channels * stride * stride, height: height / stride, width: width / stride };
}

function detectedShape(anchors: number, coords: number, classes: number, input: MapShape, refuse: Refuse): MapShape {
  const channels = anchors * (coords + 1 + classes);
  if (channels !== input.channels) {
    refuse(
      `${anchors} anchors with ${coords} coordinates, objectness and ${classes} classes ` +
        `need ${channels} channels, and the layer before has ${input.channels}: correct its filters, or the classes`,
    );
  }
  return input;
}

function firstDetectedShape(
  { boxes, classes, side }: Declared<'detection'>,
  input: MapShape,
  refuse: Refuse,
): MapShape {
  const [needed, given] = [side * side * (5 * boxes + classes), input.channels * input.height * input.width];
  if (needed === given) return input;
  return refuse(
    `${side} x ${side} cells with ${boxes} boxes and ${classes} classes need ${needed} numbers, and the layer before ` +
      `gives ${given}: correct its output, or side, num and classes`,
  );
}

function windowCount(extent: number, padding: number, size: number, stride: number, refuse: Refuse): number {
  const room = extent + padding - size;
  if (room < 0) {
    refuse(`a window of ${size} does not fit a map of ${extent} cells with ${padding} of padding: use a larger input`);
  }
  return Math.floor(room / stride) + 1;
}
