import { DeepThingsError } from '../errors.js';
import { elementCount, type Graph, type TensorShape } from '../graph/graph.js';
import type { EngineLack, GraphOptions, InferenceEngine, LoadedNetwork, Tensor } from './inference-engine.js';

/**
 * An adapter as its users see it: graphs and inputs are checked before its library gets them, and what the library throws becomes
 * our error, so that all engines refuse the same things in the same words.
 *
 * Loading throws DT_ENGINE_LOAD for a graph that this engine cannot run; running throws DT_ENGINE_BLOCK for inputs that are not the
 * graph's and DT_ENGINE_RUN when it fails.
 *
 * @param lacks the nodes of a graph that the engine cannot run.
 */
export function guardEngine(
  adapter: InferenceEngine,
  lacks: (graph: Graph) => readonly EngineLack[] = () => [],
): InferenceEngine {
  const { name, version, backend, threads, remark } = adapter;
  return {
    name,
    version,
    backend,
    threads,
    remark,
    async loadGraph(graph, options = {}) {
      const [lack, ...others] = lacks(graph);
      if (lack !== undefined) throw lackError(graph, name, lack, others.length);
      const loaded = await adapter.loadGraph(graph, options).catch((cause) => {
        const message = `${graph.name}: ${name} refuses the graph: ${String(cause)}`;
        throw new DeepThingsError('DT_ENGINE_LOAD', message, { cause });
      });
      return guardNetwork(name, loaded, inputRule(graph, options));
    },
  };
}

function lackError(graph: Graph, engine: string, { node, operator, why }: EngineLack, others: number): DeepThingsError {
  const more = others === 0 ? '' : `, nor ${others} other node${others === 1 ? '' : 's'}`;
  const remedy = 'take the engine onnxruntime';
  return new DeepThingsError(
    'DT_ENGINE_LOAD',
    `${graph.name}: ${engine} cannot run ${operator} "${node}" (${why})${more}: ${remedy}`,
  );
}

/** What a graph's inputs must be. It does without the graph, which holds the weights. */
interface InputRule {
  readonly graph: string;
  readonly inputs: ReadonlyMap<string, TensorShape>;
  readonly anySize: boolean;
}

function inputRule({ inputs, name, values }: Graph, { anySize = false }: GraphOptions): InputRule {
  return { graph: name, inputs: new Map(inputs.map((input) => [input, values.get(input)!])), anySize };
}

/** @throws DT_ENGINE_BLOCK when the inputs are not what the rule says. */
function checkInputs({ anySize, graph, inputs }: InputRule, given: ReadonlyMap<string, Tensor>): void {
  for (const [name, { shape }] of inputs) {
    const tensor = given.get(name);
    const expected = anySize ? [...shape.slice(0, 2), ...(tensor?.shape.slice(2) ?? [])] : shape;
    if (tensor?.data.length === elementCount(expected) && `${tensor.shape}` === `${expected}`) continue;
    const came = tensor === undefined ? 'nothing' : `[${tensor.shape.join(', ')}] with ${tensor.data.length} numbers`;
    throw new DeepThingsError('DT_ENGINE_BLOCK', `${graph}: expected ${name} of [${shape.join(', ')}], got ${came}`);
  }
}

function guardNetwork(engine: string, given: LoadedNetwork, rule: InputRule): LoadedNetwork {
  let loaded: LoadedNetwork | undefined = given;
  return {
    async run(inputs) {
      if (loaded === undefined) {
        throw new DeepThingsError('DT_ENGINE_RUN', `${rule.graph}: the graph has been released`);
      }
      checkInputs(rule, inputs);
      return loaded.run(inputs).catch((cause) => {
        const shapes = [...inputs.values()].map(({ shape }) => `[${shape.join(', ')}]`).join(' and ');
        const message = `${rule.graph}: ${engine} cannot run ${shapes}: ${String(cause)}`;
        throw new DeepThingsError('DT_ENGINE_RUN', message, { cause });
      });
    },
    async release() {
      const last = loaded;
      loaded = undefined;
      await last?.release();
    },
  };
}
