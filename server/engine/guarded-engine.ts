import { DeepThingsError } from '../errors.js';
import { shapeText } from '../geometry/region.js';
import { elementCount, type Graph } from '../graph/graph.js';
import { blockRule, checkBlock, checkGraph } from './graph-check.js';
import type { EngineGraph, GraphOptions, InferenceEngine, LoadedGraph, LoadedNetwork } from './inference-engine.js';

/**
 * An adapter as its users see it: graphs and blocks are checked before its library gets them, and what the library throws
 * becomes our error, so that all engines refuse the same things in the same words.
 *
 * Loading throws DT_ENGINE_LAYER or DT_ENGINE_WEIGHTS for what no engine can run and DT_ENGINE_LOAD for what this one
 * cannot; running throws DT_ENGINE_BLOCK for a block that is not the graph's and DT_ENGINE_RUN when it fails.
 */
export function guardEngine(adapter: InferenceEngine): InferenceEngine {
  const { name, version, backend, threads, remark, loadGraph } = adapter;
  return {
    name,
    version,
    backend,
    threads,
    remark,
    async load(graph) {
      checkGraph(graph);
      try {
        return guardGraph(name, graph, await adapter.load(graph));
      } catch (cause) {
        const message = `${graph.name}: ${name} refuses the layers: ${String(cause)}`;
        throw new DeepThingsError('DT_ENGINE_LOAD', message, { cause });
      }
    },
    loadGraph: loadGraph === null ? null : (graph, options = {}) => guardNetwork(name, graph, options, loadGraph),
  };
}

async function guardNetwork(
  engine: string,
  graph: Graph,
  options: GraphOptions,
  load: NonNullable<InferenceEngine['loadGraph']>,
): Promise<LoadedNetwork> {
  const failed = (code: 'DT_ENGINE_LOAD' | 'DT_ENGINE_RUN', what: string) => (cause: unknown) => {
    throw new DeepThingsError(code, `${graph.name}: ${engine} ${what}: ${String(cause)}`, { cause });
  };
  const loaded = await load(graph, options).catch(failed('DT_ENGINE_LOAD', 'refuses the graph'));
  return {
    async run(inputs) {
      for (const name of graph.inputs) {
        const { shape } = graph.values.get(name)!;
        const given = inputs.get(name);
        const expected = options.anySize ? [...shape.slice(0, 2), ...(given?.shape.slice(2) ?? [])] : shape;
        if (given?.data.length === elementCount(expected) && `${given.shape}` === `${expected}`) continue;
        const came = given === undefined ? 'nothing' : `[${given.shape.join(', ')}]`;
        const due = `[${shape.join(', ')}]`;
        throw new DeepThingsError('DT_ENGINE_BLOCK', `${graph.name}: expected ${name} of ${due}, got ${came}`);
      }
      return loaded.run(inputs).catch(failed('DT_ENGINE_RUN', 'cannot run the graph'));
    },
    release: () => loaded.release(),
  };
}

function guardGraph(engine: string, graph: EngineGraph, given: LoadedGraph): LoadedGraph {
  const rule = blockRule(graph);
  let loaded: LoadedGraph | undefined = given;
  return {
    async run(block) {
      if (loaded === undefined) throw new DeepThingsError('DT_ENGINE_RUN', `${rule.name}: the graph has been released`);
      checkBlock(rule, block);
      try {
        return await loaded.run(block);
      } catch (cause) {
        const message = `${rule.name}: ${engine} cannot run a block of ${shapeText(block.shape)}: ${String(cause)}`;
        throw new DeepThingsError('DT_ENGINE_RUN', message, { cause });
      }
    },
    async release() {
      const last = loaded;
      loaded = undefined;
      await last?.release();
    },
  };
}
