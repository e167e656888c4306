/** Entry of a compute thread: inference blocks its thread, so it has one of its own and the node keeps serving. */

import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { createEngine } from '../engine/engines.js';
import type { InferenceEngine } from '../engine/inference-engine.js';
import { DeepThingsError } from '../errors.js';
import { planGraph } from '../geometry/choose-cut.js';
import type { FtpPlan } from '../geometry/ftp-plan.js';
import { restOf } from '../geometry/stage.js';
import { type LoadedModel, loadModel } from '../model-files/load-model.js';
import { normaliseBytes } from '../tensor/normalise.js';
import { collectGarbage } from './collect-garbage.js';
import { heapUse } from './heap-use.js';
import { type LayerExecutor, loadLayerExecutor } from './layer-executor.js';
import type {
  ComputeAnswer,
  ComputeClose,
  ComputeFailure,
  ComputeReply,
  ComputeRequest,
  ComputeResults,
  ComputeSetup,
} from './messages.js';
import { unpackOffers } from './offers-message.js';
import { loadRemainingGraph } from './remaining-graph.js';
import { systemThread } from './system-thread.js';
import { loadTileExecutor, type Normalise } from './tile-executor.js';

/** A result, and the memory that goes with it. */
interface Ran {
  readonly result: ComputeResults[keyof ComputeResults];
  readonly buffers: readonly ArrayBufferLike[];
}

/** Gets ready what a request needs, and returns what computes it: the time that this takes is not the request's. */
type Prepare = (request: ComputeRequest) => Promise<() => Promise<Ran>>;

const port = parentPort!;
const setup = workerData as ComputeSetup;

function send(answer: ComputeAnswer, transfer: ArrayBuffer[] = []): void {
  port.postMessage({ ...answer, heap: heapUse() } satisfies ComputeReply, transfer);
}

function failureOf(error: unknown): ComputeFailure {
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof DeepThingsError ? error.code : 'DT_COMPUTE', message };
}

function wrongKind(kind: string, stage: string): DeepThingsError {
  return new DeepThingsError('DT_COMPUTE', `cannot run a ${kind} where ${stage} layers are loaded`);
}

async function prepareStage(engine: InferenceEngine, plan: FtpPlan, model: LoadedModel): Promise<Prepare> {
  const { stage } = setup;
  if (stage.kind === 'remaining') {
    const remaining = await loadRemainingGraph(engine, plan);
    return async (request) => {
      if (request.kind !== 'remaining') throw wrongKind(request.kind, 'the remaining');
      return async () => {
        const outputs = await remaining.run(request.maps);
        return { result: { outputs }, buffers: outputs.map(({ data }) => data.buffer) };
      };
    };
  }
  const normalise: Normalise = (bytes, shape) => normaliseBytes(bytes, shape, model.network.preprocessing);
  const tiles = await loadTileExecutor(engine, plan, normalise);
  let layers: LayerExecutor | undefined;
  return async (request) => {
    switch (request.kind) {
      case 'tile':
        return async () => {
          const result = await tiles.run({ ...request.job, offers: unpackOffers(plan, request.job.offers) });
          return { result, buffers: result.outputs.map(({ buffer }) => buffer) };
        };
      case 'layer': {
        layers ??= await loadLayers(engine, model.digest, normalise);
        const executor = layers;
        return async () => {
          const data = await executor.run(request.job);
          return { result: { data }, buffers: [data.buffer] };
        };
      }
      case 'remaining':
        throw wrongKind(request.kind, 'the fused');
    }
  };
}

/**
 * Loads the fused layers one by one, when the first of them is asked for: only MoDNN does. The weights are read again
 * instead of kept since the start, where they would cost their memory on every device that runs tiles only.
 *
 * @throws DeepThingsError `DT_MODEL_CHANGED` when the files are no longer those that the node registered with.
 */
async function loadLayers(engine: InferenceEngine, digest: string, normalise: Normalise): Promise<LayerExecutor> {
  const { model, plan } = await loadStage();
  if (model.digest !== digest) {
    throw new DeepThingsError(
      'DT_MODEL_CHANGED',
      `model ${model.network.name} is no longer the one that this node started with: restart the node`,
    );
  }
  return loadLayerExecutor(engine, plan.chain!, normalise);
}

/** Loads the model with the constants of the stage alone, and plans it. */
async function loadStage(): Promise<{ readonly model: LoadedModel; readonly plan: FtpPlan }> {
  const { depth, grid, kind } = setup.stage;
  const model = await loadModel(setup.model, (graph) => {
    const { stage } = planGraph(graph, depth, grid);
    const nodes = kind === 'fused' ? stage.nodes.map(({ node }) => node) : restOf(stage).nodes;
    return new Set(nodes.flatMap(({ inputs }) => inputs));
  });
  return { model, plan: planGraph(model.graph, depth, grid) };
}

async function serve(prepare: Prepare, request: ComputeRequest): Promise<void> {
  try {
    const run = await prepare(request);
    const startedAt = performance.now();
    const { buffers, result } = await run();
    // A buffer may be listed once only, and two outputs may be of one.
    const given = [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer);
    send({ kind: 'done', id: request.id, result: { ...result, computeMs: performance.now() - startedAt } }, given);
  } catch (error) {
    send({ kind: 'failed', id: request.id, ...failureOf(error) });
  }
}

try {
  const engine = await createEngine(setup.engine.name, setup.engine);
  const { model, plan } = await loadStage();
  const prepare = await prepareStage(engine, plan, model);
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
