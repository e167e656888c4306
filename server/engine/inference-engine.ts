import type { ConvolutionWeights, Layer } from '../formats/darknet/layers.js';
import type { MapShape } from '../geometry/region.js';
import type { Graph } from '../graph/graph.js';

/** Values of (a part of) a feature map, `[channels, height, width]`, row-major. */
export interface FeatureBlock {
  readonly data: Float32Array;
  readonly shape: MapShape;
}

/** Layers that an engine runs in one call. */
export interface EngineGraph {
  /** For messages and logs, e.g. `layers 0-1`. */
  readonly name: string;
  /** Index of the first layer in the network: `route` layers name layers by their index in the network. */
  readonly firstLayer: number;
  readonly layers: readonly Layer[];
  /** By index in the network. */
  readonly weights: ReadonlyMap<number, ConvolutionWeights>;
  /**
   * `caller`: the block comes padded and no layer adds padding of its own; height and width may differ from call to
   * call. `layers`: each layer pads as it declares; the block is the whole input map of the first layer.
   */
  readonly padding: 'caller' | 'layers';
}

export interface LoadedGraph {
  /**
   * Runs the layers on one block.
   *
   * @param block `[channels, height, width]` of the first layer's input (padded where `padding` is `caller`).
   * @returns the last layer's output.
   */
  run(block: FeatureBlock): Promise<FeatureBlock>;
  release(): Promise<void>;
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
  load(graph: EngineGraph): Promise<LoadedGraph>;
  /** Loads a graph; null where the library runs layers only. */
  readonly loadGraph: ((graph: Graph, options?: GraphOptions) => Promise<LoadedNetwork>) | null;
}
