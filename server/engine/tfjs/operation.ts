import type { Tensor } from '@tensorflow/tfjs-core';
import type { ElementType, GraphConstant, GraphNode } from '../../graph/graph.js';
import type { Tfjs } from './tfjs-backend.js';

/**
 * The order of a tensor's axes in TensorFlow.js: `graph` as the graph has them, or `channelsLast` for feature maps,
 * `[1, height, width, channels]`, the only order that its convolutions take. Values of fewer than four axes get axes of one cell
 * in front where they are read channels last.
 */
export type Layout = 'graph' | 'channelsLast';

/** A value or constant that an operation reads. */
export interface Operand {
  readonly name: string;
  readonly layout: Layout;
}

/** A node of a graph, ready to run. It must not hold the graph's constants, which are the caller's memory. */
export interface Operation {
  readonly reads: readonly Operand[];
  /** Of its outputs. */
  readonly layout: Layout;
  /**
   * Runs inside `tidy`.
   *
   * @param tensors in the order of `reads`.
   * @returns new tensors, never one of `tensors` itself.
   */
  run(tensors: readonly Tensor[]): readonly Tensor[];
}

/** The graph around a node that is loaded. */
export interface LoadContext {
  readonly tfjs: Tfjs;
  rankOf(name: string): number;
  typeOf(name: string): ElementType;
  /** The order in which a value is computed; `graph` for constants. */
  layoutOf(name: string): Layout;
  constant(name: string | undefined): GraphConstant | undefined;
  /** A tensor that lives as long as the loaded graph, made once for each key. */
  keep<T extends Tensor>(key: string, make: () => T): T;
}

/** @param activation the node behind this one that is to be part of it; only convolutions have one. */
export type LoadOperation = (node: GraphNode, context: LoadContext, activation: GraphNode | null) => Operation;
