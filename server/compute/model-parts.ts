import type { InferenceEngine } from '../engine/inference-engine.js';
import { DeepThingsError } from '../errors.js';
import { planGraph } from '../geometry/choose-cut.js';
import type { FtpPlan } from '../geometry/ftp-plan.js';
import { type GangPlan, planGang } from '../geometry/gang/gang-plan.js';
import { planLayerGang } from '../geometry/gang/layer-gang.js';
import { restOf } from '../geometry/stage.js';
import type { Graph, GraphNode } from '../graph/graph.js';
import { type LoadedModel, loadModel } from '../model-files/load-model.js';
import { normaliseBytes } from '../tensor/normalise.js';
import { collectGarbage } from './collect-garbage.js';
import { type BlockExecutor, loadBlockExecutor } from './gang/block-executor.js';
import { type BoxDecoder, boxDecoder } from './gang/box-decoder.js';
import type { ComputeSetup } from './messages.js';
import { loadRemainingGraph, type RemainingGraph } from './remaining-graph.js';
import { loadTileExecutor, type Normalise, type TileExecutor } from './tile-executor.js';
import { loadWholeGraph, type WholeGraph } from './whole-graph.js';

/** Tiles with the plan that they are of. */
export interface LoadedTiles {
  readonly plan: FtpPlan;
  readonly executor: TileExecutor;
}

/** Blocks with the plan that they are of. */
export interface LoadedBlocks {
  readonly plan: GangPlan;
  readonly executor: BlockExecutor;
  /** Null where the head cannot be decoded from blocks. */
  readonly decode: BoxDecoder | null;
}

/**
 * The parts of a model that a thread computes. Each is loaded when it is first asked for: to keep the weights from the start would
 * cost their memory wherever they are not needed.
 *
 * @throws DeepThingsError from each of them `DT_MODEL_CHANGED` when the files are no longer those of the first part.
 */
export interface ModelParts {
  readonly tiles: () => Promise<LoadedTiles>;
  /** Blocks of fused layers one by one (MoDNN). */
  readonly layers: () => Promise<LoadedBlocks>;
  readonly blocks: () => Promise<LoadedBlocks>;
  /** Behind the tiles' stage, */
  readonly behindTiles: () => Promise<RemainingGraph>;
  /** and behind the gang's. */
  readonly behindBlocks: () => Promise<RemainingGraph>;
  readonly whole: () => Promise<WholeGraph>;
}

type Make<T> = (model: LoadedModel) => Promise<T>;

/** @param onLoaded told of the model each time that it is read. */
export function modelParts(
  engine: InferenceEngine,
  { model: spec, stage }: ComputeSetup,
  onLoaded: (model: LoadedModel) => void,
): ModelParts {
  let digest: string | null = null;
  const load = async <T>(nodesOf: (graph: Graph) => readonly GraphNode[], make: Make<T>): Promise<T> => {
    const model = await loadModel(spec, (graph) => new Set(nodesOf(graph).flatMap(({ inputs }) => inputs)));
    if (digest !== null && digest !== model.digest) {
      throw new DeepThingsError(
        'DT_MODEL_CHANGED',
        `model ${model.network.name} is no longer the one that this node started with: restart the node`,
      );
    }
    digest = model.digest;
    onLoaded(model);
    const made = await make(model);
    // Once the model's own copy of the weights is out of reach.
    setImmediate(collectGarbage);
    return made;
  };
  const tilePlan = (graph: Graph) => planGraph(graph, stage.depth, stage.grid);
  const gangPlan = (graph: Graph) => planGang(graph, () => stage.gang?.ends ?? []);
  const blocksOf = async (plan: GangPlan, network: LoadedModel['network'], constants: Graph['constants']) => ({
    plan,
    executor: await loadBlockExecutor(engine, plan, normaliserOf(network), constants),
    decode: boxDecoder(plan.stage, network),
  });
  const fused = (graph: Graph) => tilePlan(graph).stage.nodes.map(({ node }) => node);
  return {
    tiles: once(() =>
      load(fused, async ({ graph, network }) => {
        const plan = tilePlan(network.graph);
        return { plan, executor: await loadTileExecutor(engine, plan, normaliserOf(network), graph.constants) };
      }),
    ),
    layers: once(() =>
      load(fused, ({ graph, network }) =>
        blocksOf(planLayerGang(tilePlan(network.graph).chain!), network, graph.constants),
      ),
    ),
    blocks: once(() =>
      load(
        (graph) => gangPlan(graph).stage.nodes.map(({ node }) => node),
        ({ graph, network }) => blocksOf(gangPlan(network.graph), network, graph.constants),
      ),
    ),
    behindTiles: once(() =>
      load(
        (graph) => restOf(tilePlan(graph).stage).nodes,
        ({ graph, network }) => loadRemainingGraph(engine, tilePlan(network.graph).stage, graph.constants),
      ),
    ),
    behindBlocks: once(() =>
      load(
        (graph) => restOf(gangPlan(graph).stage).nodes,
        ({ graph, network }) => loadRemainingGraph(engine, gangPlan(network.graph).stage, graph.constants),
      ),
    ),
    whole: once(() =>
      load(
        (graph) => graph.nodes,
        ({ graph, network }) => loadWholeGraph(engine, graph, normaliserOf(network)),
      ),
    ),
  };
}

function normaliserOf({ preprocessing }: LoadedModel['network']): Normalise {
  return (bytes, shape) => normaliseBytes(bytes, shape, preprocessing);
}

/** The same answer each time; asks again after a failure. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () => {
    answer ??= ask().catch((error) => {
      answer = null;
      throw error;
    });
    return answer;
  };
}
