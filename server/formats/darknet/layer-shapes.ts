import type { ErrorCode } from '../../error-codes.js';
import { DeepThingsError } from '../../errors.js';
import { type MapShape, shapeText } from '../../geometry/region.js';
import { checkLayerSize, inputSizeHint } from './layer-limits.js';
import type { Layer } from './layers.js';

type WithoutShapes<L> = L extends Layer ? Omit<L, 'input' | 'output'> : never;

/** A layer as it is declared, before its place in a network gives it an input and an output shape. */
export type LayerDeclaration = WithoutShapes<Layer>;

/** Names a layer in an error message; a cfg adds the line. */
export type DescribeLayer = (index: number) => string;

/**
 * Gives each declared layer its shapes, by Darknet's rules:
 *
 * - convolution: `(W + 2 * padding - size) / stride + 1`, rounded down;
 * - max pooling: `(W + totalPadding - size) / stride + 1`, rounded down, so that an odd map rounds up at 2/2;
 * - route: channels add up; reorg: `[c * s * s, h / s, w / s]`;
 * - connected: `[outputs, 1, 1]`; avgpool: `[c, 1, 1]`.
 *
 * @throws DT_CFG_SHAPE when a layer does not fit the map before it, naming the layer and both; DT_CFG_SIZE when a map or
 * the weights are larger than any machine can hold.
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
    const output = Object.freeze(outputShape(declaration, place, refuse('DT_CFG_SHAPE')));
    const layer = Object.freeze({ ...declaration, input: before, output });
    weights = checkLayerSize(layer, weights, refuse('DT_CFG_SIZE'));
    layers.push(layer);
    steps.push(step);
    before = output;
  }
  return Object.freeze(layers);
}

type Refuse = (reason: string) => never;

/** Where a layer stands in its network. */
interface LayerPlace {
  readonly input: MapShape;
  readonly earlier: readonly Layer[];
  /** Which sizes of the network's input make the layer fit, where the size is the reason that it does not. */
  readonly sizeHint: string;
}

/** Pixels of the network's input that make one cell of a layer's output, a side. */
function stepOf(layer: LayerDeclaration, earlier: readonly number[]): number {
  const before = earlier.at(-1) ?? 1;
  switch (layer.kind) {
    case 'convolutional':
    case 'maxpool':
    case 'reorg':
      return before * layer.stride;
    case 'route':
      return Math.max(1, ...layer.layers.map((source) => earlier[source] ?? 1));
    default:
      return before;
  }
}

function outputShape(
  layer: LayerDeclaration,
  { input, earlier, sizeHint }: LayerPlace,
  refuse: Refuse,
): { channels: number; height: number; width: number } {
  switch (layer.kind) {
    case 'convolutional': {
      if (layer.padding >= layer.size) {
        refuse(`padding ${layer.padding} must be smaller than the window, which is ${layer.size}`);
      }
      if (input.channels % layer.groups !== 0 || layer.filters % layer.groups !== 0) {
        refuse(
          `groups=${layer.groups} must divide its ${input.channels} input channels and its ${layer.filters} filters`,
        );
      }
      const cells = (extent: number) => windowCount(extent, 2 * layer.padding, layer.size, layer.stride, refuse);
      return { channels: layer.filters, height: cells(input.height), width: cells(input.width) };
    }
    case 'maxpool': {
      if (Math.ceil(layer.totalPadding / 2) >= layer.size) {
        refuse(
          `padding ${layer.totalPadding} (both sides together) puts whole windows of ${layer.size} outside the map`,
        );
      }
      const cells = (extent: number) => windowCount(extent, layer.totalPadding, layer.size, layer.stride, refuse);
      return { channels: input.channels, height: cells(input.height), width: cells(input.width) };
    }
    case 'route':
      return routeShape(layer.layers, earlier, sizeHint, refuse);
    case 'reorg': {
      const { stride } = layer;
      if (input.width % stride !== 0 || input.height % stride !== 0 || input.channels % (stride * stride) !== 0) {
        refuse(
          `stride ${stride} must divide the map's height and width and its square the channels, ` +
            `and the map is ${shapeText(input)}${sizeHint}`,
        );
      }
      return {
        channels: input.channels * stride * stride,
        height: input.height / stride,
        width: input.width / stride,
      };
    }
    case 'connected':
      return { channels: layer.outputs, height: 1, width: 1 };
    case 'avgpool':
      return { channels: input.channels, height: 1, width: 1 };
    case 'dropout':
    case 'cost':
      return input;
    case 'softmax':
      if (input.height * input.width !== 1) {
        refuse(
          `needs a number for each class, and the layer before gives ${shapeText(input)}: put [avgpool] before it`,
        );
      }
      return input;
    case 'region': {
      const channels = layer.anchors.length * (layer.coords + 1 + layer.classes);
      if (channels !== input.channels) {
        refuse(
          `${layer.anchors.length} anchors with ${layer.coords} coordinates, objectness and ${layer.classes} classes ` +
            `need ${channels} channels, and the layer before has ${input.channels}: correct its filters, or the classes`,
        );
      }
      return input;
    }
  }
}

function windowCount(extent: number, padding: number, size: number, stride: number, refuse: Refuse): number {
  const room = extent + padding - size;
  if (room < 0) {
    refuse(`a window of ${size} does not fit a map of ${extent} cells with ${padding} of padding: use a larger input`);
  }
  return Math.floor(room / stride) + 1;
}

function routeShape(sources: readonly number[], earlier: readonly Layer[], sizeHint: string, refuse: Refuse) {
  if (sources.length === 0) {
    refuse('names no layer');
  }
  const shapes = sources.map((source) => {
    const layer = earlier[source];
    return layer === undefined
      ? refuse(`names layer ${source}, and only layers 0 to ${earlier.length - 1} come before it`)
      : layer.output;
  });
  const [first] = shapes;
  for (const shape of shapes) {
    if (shape.height !== first!.height || shape.width !== first!.width) {
      refuse(`joins maps of different sizes, ${shapes.map(shapeText).join(' and ')}${sizeHint}`);
    }
  }
  return {
    channels: shapes.reduce((sum, shape) => sum + shape.channels, 0),
    height: first!.height,
    width: first!.width,
  };
}
