import { type MapShape, shapeText } from '../../geometry/region.js';
import { earlierLayers, type Layer, type LayerDeclaration } from './layers.js';

/** Throws its argument with the layer's place. */
export type Refuse = (reason: string) => never;

/** Where a layer stands in its network. */
export interface LayerPlace {
  readonly input: MapShape;
  readonly earlier: readonly Layer[];
  /** Which sizes of the network's input make the layer fit, where the size is the reason that it does not. */
  readonly sizeHint: string;
}

type MergingDeclaration = Extract<LayerDeclaration, { readonly kind: 'route' | 'shortcut' | 'sam' | 'scale_channels' }>;

/** The shape of what a layer makes of the outputs of earlier ones. */
export function mergedShape(layer: MergingDeclaration, place: LayerPlace, refuse: Refuse): MapShape {
  const sources = earlierLayers(layer);
  if (sources.length === 0) refuse('names no layer');
  const shapes = sources.map((source) => {
    const { length } = place.earlier;
    const earlier = place.earlier[source];
    return earlier === undefined
      ? refuse(`names layer ${source}, and only layers 0 to ${length - 1} come before it`)
      : earlier.output;
  });
  switch (layer.kind) {
    case 'route':
      return routeShape(layer.group, shapes, place.sizeHint, refuse);
    case 'shortcut':
      for (const shape of shapes) requireSampled(shape, place, refuse);
      return place.input;
    case 'sam':
      return multipliedShape(place.input, shapes[0]!, place.sizeHint, refuse);
    case 'scale_channels':
      return scaledShape(layer.each, place.input, shapes[0]!, refuse);
  }
}

function routeShape(
  group: Extract<MergingDeclaration, { readonly kind: 'route' }>['group'],
  shapes: readonly MapShape[],
  sizeHint: string,
  refuse: Refuse,
): MapShape {
  const [first] = shapes;
  const { count } = group ?? { count: 1 };
  for (const { channels, height, width } of shapes) {
    if (height !== first!.height || width !== first!.width) {
      refuse(`joins maps of different sizes, ${shapes.map(shapeText).join(' and ')}${sizeHint}`);
    }
    if (channels % count !== 0) refuse(`groups=${count} must divide the ${channels} channels of each of its layers`);
  }
  const channels = shapes.reduce((sum, shape) => sum + shape.channels, 0) / count;
  return { channels, height: first!.height, width: first!.width };
}

/** Refuses a map that Darknet adds to some cells of the input only, or not by whole steps. */
function requireSampled(from: MapShape, { input, sizeHint }: LayerPlace, refuse: Refuse): void {
  const isLarger = from.height >= input.height && from.width >= input.width;
  if (isLarger && sampleStride(from.height, input.height) === sampleStride(from.width, input.width)) return;
  refuse(`adds ${shapeText(from)} to a map of ${shapeText(input)}, which is no part of it${sizeHint}`);
}

/** Cells of a larger map from one that is added to the next, along one axis. */
export function sampleStride(from: number, to: number): number {
  return Math.floor(from / to);
}

function multipliedShape(input: MapShape, from: MapShape, sizeHint: string, refuse: Refuse): MapShape {
  if (shapeText(input) === shapeText(from)) return input;
  return refuse(`multiplies maps of different shapes, ${shapeText(input)} and ${shapeText(from)}${sizeHint}`);
}

function scaledShape(each: 'channel' | 'cell', factors: MapShape, map: MapShape, refuse: Refuse): MapShape {
  const wanted = each === 'channel' ? { ...map, height: 1, width: 1 } : { ...map, channels: 1 };
  if (shapeText(factors) !== shapeText(wanted)) {
    refuse(`needs a factor for each ${each}, ${shapeText(wanted)}, and the layer before gives ${shapeText(factors)}`);
  }
  return map;
}
