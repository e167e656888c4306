import type { Graph, GraphConstant } from '../../graph/graph.js';
import type { NetworkWeights } from './layers.js';

/** The bytes of layers' weights, as constants of a graph that has these layers. */
export function weightConstants(graph: Graph, weights: NetworkWeights): ReadonlyMap<string, GraphConstant> {
  const constants = new Map<string, GraphConstant>();
  for (const [layer, { bias, weights: kernel }] of weights) {
    for (const [name, { buffer, byteLength, byteOffset }] of [
      [kernelName(layer), kernel],
      [biasName(layer), bias],
    ] as const) {
      const constant = graph.constants.get(name);
      const bytes = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
      if (constant !== undefined) constants.set(name, { ...constant, bytes });
    }
  }
  return constants;
}

/** The layers that constants belong to, by the constants' names. */
export function layersOfConstants(names: ReadonlySet<string>): ReadonlySet<number> {
  const layers = new Set<number>();
  for (const name of names) {
    const match = /^(?:weights|bias) (\d+)$/.exec(name);
    if (match !== null) layers.add(Number(match[1]));
  }
  return layers;
}

/** The name of the constant that is the kernel of a layer. */
export function kernelName(layer: number): string {
  return `weights ${layer}`;
}

/** The name of the constant that is the biases of a layer. */
export function biasName(layer: number): string {
  return `bias ${layer}`;
}
