/** Entry of a compute thread: inference blocks its thread, so it has one of its own and the node keeps serving. */

import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { createEngine } from '../engine/engines.js';
import type { FeatureBlock, InferenceEngine } from '../engine/inference-engine.js';
import { DeepThingsError } from '../errors.js';
import { planFtp } from '../geometry/ftp-plan.js';
import { fusedGeometry } from '../model/layer-geometry.js';
import { type LoadedModel, loadModel } from '../model/model-source.js';
import { collectGarbage } from './collect-garbage.js';
import { heapUse } from './heap-use.js';
import { type LayerExecutor, loadLayerExecutor } from './layer-executor.js';
import type {
  ComputeAnswer,
  ComputeClose,
  ComputeFailure,
  ComputeReply,
  ComputeRequest,
  ComputeResult,
  ComputeSetup,
  TileResult,
} from './messages.js';
import { unpackOffers } from './offers-message.js';
import { loadRemainingLayers } from './remaining-layers.js';
import { systemThread } from './system-thread.js';
import { loadTileExecutor } from './tile-executor.js';

/** Computes a request: the values, and what else there is to say of them. */
type Run = () => Promise<{ block: FeatureBlock; more: Omit<TileResult, keyof ComputeResult> | null }>;

/** Gets ready what a request needs: the time that this takes is not the request's. */
type Prepare = (request: ComputeRequest) => Promise<Run>;

const port = parentPort!;
const setup = workerData as ComputeSetup;

function send(answer: ComputeAnswer, transfer: ArrayBuffer[] = []): void {
  port.postMessage({ ...answer, heap: heapUse() } satisfies ComputeReply, transfer);
}

function failureOf(error: unknown): ComputeFailure {
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof DeepThingsError ? error.code : 'DT_COMPUTE', message };
}

async function prepareStage(engine: InferenceEngine, model: LoadedModel): Promise<Prepare> {
  const { network, weights, digest } = model;
  const { stage } = setup;
  if (stage.kind === 'remaining') {
    const remaining = await loadRemainingLayers(engine, network, weights, stage.depth);
    return async (request) => {
      if (request.kind !== 'remaining') throw new DeepThingsError('DT_COMPUTE', `cannot run a ${request.kind} here`);
      return async () => ({ block: await remaining.run(request.map), more: null });
    };
  }
  const plan = planFtp(fusedGeometry(network, stage.depth), stage.depth, stage.grid);
  const tiles = await loadTileExecutor(engine, network, weights, plan);
  let layers: LayerExecutor | undefined;
  return async (request) => {
    switch (request.kind) {
      case 'tile':
        return async () => {
          const { output, macs } = await tiles.run({ ...request.job, offers: unpackOffers(plan, request.job.offers) });
          return { block: output, more: { macs } };
        };
      case 'layer': {
        layers ??= await loadLayers(engine, stage.depth, digest);
        const executor = layers;
        return async () => ({ block: await executor.run(request.job), more: null });
      }
      case 'remaining':
        throw new DeepThingsError('DT_COMPUTE', 'cannot run remaining layers here');
    }
  };
}

/**
 * Loads the fused layers one by one, when the first of them is asked for: only MoDNN does. The weights are read again
 * instead of kept since the start, where they would cost their memory on every device that runs tiles only.
 *
 * @throws DeepThingsError `DT_MODEL_CHANGED` when the files are no longer those that the node registered with.
 */
async function loadLayers(engine: InferenceEngine, depth: number, digest: string): Promise<LayerExecutor> {
  const model = await loadModel(setup.model, { start: 0, end: depth });
  if (model.digest !== digest) {
    throw new DeepThingsError(
      'DT_MODEL_CHANGED',
      `model ${model.network.name} is no longer the one that this node started with: restart the node`,
    );
  }
  return loadLayerExecutor(engine, model.network, model.weights, depth);
}

async function serve(prepare: Prepare, request: ComputeRequest): Promise<void> {
  try {
    const run = await prepare(request);
    const startedAt = performance.now();
    const { block, more } = await run();
    const result = { ...block, ...more, computeMs: performance.now() - startedAt };
    send({ kind: 'done', id: request.id, result }, [block.data.buffer as ArrayBuffer]);
  } catch (error) {
    send({ kind: 'failed', id: request.id, ...failureOf(error) });
  }
}

try {
  const engine = await createEngine(setup.engine.name, setup.engine);
  const { stage } = setup;
  const layers =
    stage.kind === 'fused' ? { start: 0, end: stage.depth } : { start: stage.depth, end: Number.POSITIVE_INFINITY };
  const model = await loadModel(setup.model, layers);
  const prepare = await prepareStage(engine, model);
  const requests: ComputeRequest[] = [];
  let serving = false;
  // One at a time, in the order they came: a second inference beside the first only costs memory.
  port.on('message', async (request: ComputeRequest | ComputeClose) => {
    if (request.kind === 'close') process.exit();
    requests.push(request);
    if (serving) return;
    serving = true;
    for (let next = requests.shift(); next !== undefined; next = requests.shift()) await serve(prepare, next);
    serving = false;
  });
  const { name, version, threads, backend, remark } = engine;
  const facts = { name, version, threads, ...(backend === null ? {} : { backend }) };
  const { digest: modelDigest } = model;
  send({ kind: 'ready', modelDigest, engine: facts, remark, thread: systemThread() });
  // Once the model's own copy of the weights is out of reach.
  setImmediate(collectGarbage);
} catch (error) {
  send({ kind: 'unusable', ...failureOf(error) });
}
