import type { MapShape } from '../geometry/region.js';
import type { Graph } from '../graph/graph.js';

/** Values of (a part of) a feature map, `[channels, height, width]`, row-major. */
export interface FeatureBlock {
  readonly data: Float32Array;
  readonly shape: MapShape;
}

/** Elements of a tensor, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array | Int32Array | Uint8Array;
}

export interface GraphOptions {
  /** Height and width of the inputs, which are feature maps, may differ from call to call; fixed when absent. */
  readonly anySize?: boolean;
}

/** A graph that is ready to run. */
export interface LoadedNetwork {
  /**
   * @param inputs by their names.
   * @returns the graph's outputs, by their names.
   */
  run(inputs: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>>;
  release(): Promise<void>;
}

/** A node that an engine cannot run. */
export interface EngineLack {
  /** Its name. */
  readonly node: string;
  readonly operator: string;
  /** For instance `its input 1 is computed, where it needs a constant`. */
  readonly why: string;
}

export interface EngineOptions {
  /** Threads that one run may use. */
  readonly threads: number;
  /** Which of the library's backends is wanted, `auto` for the fastest that can be loaded; null where it has one. */
  readonly backend: string | null;
}

/**
 * The port to an inference library. It knows nothing of tiles, frames or the network. `run` may block its thread:
 * engines live in a compute thread (see `server/compute/`).
 */
export interface InferenceEngine {
  readonly name: string;
  /** The library's. */
  readonly version: string;
  /** What computes inside the library, where it has several such: `node`, `wasm` or `cpu` of tfjs. */
  readonly backend: string | null;
  /** Threads that one run uses. */
  readonly threads: number;
  /** What whoever runs the node ought to know, such as that something faster could not be loaded. */
  readonly remark: string | null;
  loadGraph(graph: Graph, options?: GraphOptions): Promise<LoadedNetwork>;
}
