import type { Padding, Region } from '../../server/geometry/region.js';
import type { TestLayer } from './layer-chains.js';

/** One channel of (a part of) a map, row by row. */
export interface Plane {
  readonly height: number;
  readonly width: number;
  readonly values: Float64Array;
}

export function plane(height: number, width: number, valueAt: (y: number, x: number) => number): Plane {
  const values = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      values[y * width + x] = valueAt(y, x);
    }
  }
  return { height, width, values };
}

/** What lies outside the map: nothing, to a convolution; less than anything, to max pooling. */
export function outside(layer: TestLayer): number {
  return layer.kind === 'conv' ? 0 : Number.NEGATIVE_INFINITY;
}

export function crop(source: Plane, region: Region): Plane {
  return plane(region.y1 - region.y0, region.x1 - region.x0, (y, x) => cell(source, y + region.y0, x + region.x0));
}

export function pad(source: Plane, { top, bottom, left, right }: Padding, value: number): Plane {
  return plane(source.height + top + bottom, source.width + left + right, (y, x) => {
    const inside = y >= top && y < top + source.height && x >= left && x < left + source.width;
    return inside ? cell(source, y - top, x - left) : value;
  });
}

/** Runs one layer without padding on a block: as many windows as fit. Values are whole and bounded, so sums are exact. */
export function runUnpadded(layer: TestLayer, layerIndex: number, block: Plane): Plane {
  const { kernel, stride } = layer;
  const height = Math.floor((block.height - kernel) / stride) + 1;
  const width = Math.floor((block.width - kernel) / stride) + 1;
  return plane(height, width, (y, x) => {
    let result = layer.kind === 'conv' ? layerIndex + 1 : Number.NEGATIVE_INFINITY;
    for (let ky = 0; ky < kernel; ky++) {
      for (let kx = 0; kx < kernel; kx++) {
        const value = cell(block, y * stride + ky, x * stride + kx);
        result = layer.kind === 'conv' ? result + weight(layerIndex, ky, kx) * value : Math.max(result, value);
      }
    }
    return layer.kind === 'conv' ? result % 251 : result;
  });
}

/**
 * Runs whole layers as Darknet would, by the definition of padding: cells outside the map are read one by one.
 * It shares no code with the geometry that it judges.
 */
export function runWhole(layers: readonly TestLayer[], input: Plane): Plane {
  return layers.reduce((map, layer, index) => {
    const { kernel, stride, padBefore, output } = layer;
    const after = kernel + stride * Math.max(output.height, output.width);
    const padded = pad(map, { top: padBefore, left: padBefore, bottom: after, right: after }, outside(layer));
    const { values, width } = runUnpadded(layer, index, padded);
    return plane(output.height, output.width, (y, x) => values[y * width + x]!);
  }, input);
}

function cell({ values, width }: Plane, y: number, x: number): number {
  return values[y * width + x]!;
}

/** Differs by layer and position, so that a shifted or mirrored window shows. */
function weight(layerIndex: number, ky: number, kx: number): number {
  return ((layerIndex * 31 + ky * 7 + kx * 3) % 11) - 5;
}
