import type { LayerGeometry } from '../../server/geometry/gang/layer-chain.js';
import type { MapShape } from '../../server/geometry/region.js';

/** A layer as Darknet declares it, for building chains in tests. */
export type LayerSpec =
  | {
      readonly kind: 'conv';
      readonly size: number;
      readonly stride: number;
      readonly padding: number;
      readonly filters: number;
    }
  | { readonly kind: 'max'; readonly size: number; readonly stride: number; readonly totalPadding: number };

export interface TestLayer extends LayerGeometry {
  readonly kind: LayerSpec['kind'];
}

export function conv(size: number, filters: number, stride = 1, padding = Math.floor(size / 2)): LayerSpec {
  return { kind: 'conv', size, stride, padding, filters };
}

export function max(size: number, stride: number, totalPadding = size - 1): LayerSpec {
  return { kind: 'max', size, stride, totalPadding };
}

/** Strings layers together; one that does not fit the map that reaches it is left out. */
export function chain(input: MapShape, specs: readonly LayerSpec[]): TestLayer[] {
  const layers: TestLayer[] = [];
  let map = input;
  for (const spec of specs) {
    const layer = layerOf(spec, map);
    if (layer.output.height >= 1 && layer.output.width >= 1) {
      layers.push(layer);
      map = layer.output;
    }
  }
  return layers;
}

/** The first 16 layers of YOLOv2 608x608, the paper's fused stack. */
export function yolov2Chain(): TestLayer[] {
  const pool = max(2, 2);
  return chain({ channels: 3, height: 608, width: 608 }, [
    conv(3, 32),
    pool,
    conv(3, 64),
    pool,
    conv(3, 128),
    conv(1, 64),
    conv(3, 128),
    pool,
    conv(3, 256),
    conv(1, 128),
    conv(3, 256),
    pool,
    conv(3, 512),
    conv(1, 256),
    conv(3, 512),
    conv(1, 256),
  ]);
}

function layerOf(spec: LayerSpec, input: MapShape): TestLayer {
  const { kind, size, stride } = spec;
  const total = kind === 'conv' ? 2 * spec.padding : spec.totalPadding;
  const outputSize = (length: number) => Math.floor((length + total - size) / stride) + 1;
  return {
    kind,
    kernel: size,
    stride,
    padBefore: Math.floor(total / 2),
    input,
    output: {
      channels: kind === 'conv' ? spec.filters : input.channels,
      height: outputSize(input.height),
      width: outputSize(input.width),
    },
    macsPerCell: kind === 'conv' ? size * size * input.channels * spec.filters : 0,
  };
}
