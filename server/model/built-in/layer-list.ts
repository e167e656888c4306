import type { Activation, LayerDeclaration } from '../../formats/darknet/layers.js';

/** A detector's anchors, [width, height] each. */
export type Anchors = readonly (readonly [number, number])[];

/** The convolution in front of a layer that decodes boxes. */
export function headConvolution(filters: number): LayerDeclaration {
  return {
    kind: 'convolutional',
    filters,
    size: 1,
    stride: 1,
    padding: 0,
    groups: 1,
    batchNormalize: false,
    activation: 'linear',
  };
}

/** Layers of a Darknet network, in order. Earlier layers may be counted backward from the next one, as cfgs do. */
export class LayerList {
  readonly #layers: LayerDeclaration[] = [];
  #activation: Activation = 'leaky';

  get layers(): readonly LayerDeclaration[] {
    return Object.freeze([...this.#layers]);
  }

  /** Convolutions from here on have this activation. */
  activateBy(activation: Activation): this {
    this.#activation = activation;
    return this;
  }

  /** A convolution with batch normalisation that keeps the size of its map, or halves it with a stride of 2. */
  convolve(filters: number, size: number, stride = 1): this {
    return this.#add({
      kind: 'convolutional',
      filters,
      size,
      stride,
      padding: Math.floor(size / 2),
      groups: 1,
      batchNormalize: true,
      activation: this.#activation,
    });
  }

  /** Convolutions of windows 1 and 3 by turns, with so many filters. */
  alternate(...filters: readonly number[]): this {
    for (const [i, count] of filters.entries()) this.convolve(count, i % 2 === 0 ? 1 : 3);
    return this;
  }

  pool(size: number, stride: number): this {
    return this.#add({ kind: 'maxpool', size, stride, totalPadding: size - 1 });
  }

  route(...layers: readonly number[]): this {
    return this.#add({ kind: 'route', layers: this.#absolute(layers) });
  }

  /** The second half of the channels of the layer before. */
  routeSecondHalf(): this {
    return this.#add({ kind: 'route', layers: this.#absolute([-1]), group: { count: 2, index: 1 } });
  }

  addFrom(layer: number): this {
    return this.#add({ kind: 'shortcut', from: this.#absolute([layer]), activation: 'linear' });
  }

  upsample(): this {
    return this.#add({ kind: 'upsample', stride: 2, scale: 1 });
  }

  /** A convolution to what a `[yolo]` layer decodes, and that layer. */
  detect(head: Omit<Extract<LayerDeclaration, { kind: 'yolo' }>, 'kind' | 'hasNewCoords'>): this {
    this.#add(headConvolution(head.anchors.length * (5 + head.classes)));
    return this.#add({ kind: 'yolo', ...head, hasNewCoords: false });
  }

  #absolute(layers: readonly number[]): readonly number[] {
    return Object.freeze(layers.map((layer) => (layer < 0 ? this.#layers.length + layer : layer)));
  }

  #add(layer: LayerDeclaration): this {
    this.#layers.push(layer);
    return this;
  }
}

/** @param numbers widths and heights by turns. */
export function anchorsOf(...numbers: readonly number[]): Anchors {
  return Object.freeze(
    Array.from({ length: numbers.length / 2 }, (_, i) =>
      Object.freeze([numbers[2 * i]!, numbers[2 * i + 1]!] as const),
    ),
  );
}

/** The anchors of one level. */
export function pickAnchors(anchors: Anchors, ...indices: readonly number[]): Anchors {
  return Object.freeze(indices.map((index) => anchors[index]!));
}
