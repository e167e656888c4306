import type { Graph, GraphConstant } from '../graph/graph.js';
import { describeModel as describeDarknet, loadModel as loadDarknet } from '../model/model-source.js';
import type { Network } from '../model/network.js';
import { onnxOf } from './describe-model.js';
import type { ModelSpec } from './model-spec.js';
import { loadOnnx } from './onnx-network.js';

/** A model that is ready to be run. */
export interface LoadedModel {
  readonly network: Network;
  /** The network's graph with the constants that were asked for. */
  readonly graph: Graph;
  /**
   * SHA-256, hex, of structure, input, preprocessing and the origin of the weights (a file's bytes, a seed). Two nodes with one
   * digest compute the same; names, paths and labels are not in it.
   */
  readonly digest: string;
}

/** Names the constants that are wanted of a graph. */
export type Wanted = (graph: Graph) => ReadonlySet<string>;

/**
 * Loads a model with its weights.
 *
 * @param wanted only these constants, for a node that runs a part of the graph; all when not given. The digest is the same.
 * @throws DeepThingsError as `describeModel`; `DT_MODEL_WEIGHTS` when no usable source of weights is named, `DT_WEIGHTS_LENGTH`.
 */
export async function loadModel(spec: ModelSpec, wanted?: Wanted): Promise<LoadedModel> {
  const onnx = onnxOf(spec);
  if (onnx === null) {
    const names = wanted === undefined ? undefined : wanted(describeDarknet(spec).graph);
    const { constants, digest, network } = await loadDarknet(spec, names);
    return { network, digest, graph: withConstants(network.graph, constants) };
  }
  const { digest, graph, network } = await loadOnnx(onnx);
  if (wanted === undefined) return { network, digest, graph };
  const names = wanted(network.graph);
  // Copies: a view would keep the whole file's memory.
  const constants = [...graph.constants].filter(([name]) => names.has(name));
  const copies = constants.map(([name, one]): [string, GraphConstant] => [name, { ...one, bytes: one.bytes.slice() }]);
  return { network, digest, graph: withConstants(network.graph, new Map(copies)) };
}

function withConstants(graph: Graph, constants: ReadonlyMap<string, GraphConstant>): Graph {
  return { ...graph, constants: new Map([...graph.constants, ...constants]) };
}
