import type { GangPlanName } from '../geometry/gang/gang-plan.js';
/** Entry of a compute thread: inference blocks its thread, so it has one of its own and the node keeps serving. */

import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { createEngine } from '../engine/engines.js';
import { DeepThingsError, unreachable } from '../errors.js';
import type { LoadedModel } from '../model-files/load-model.js';
import { BlockFrames } from './gang/block-frames.js';
import { heapUse } from './heap-use.js';
import { IdleCollection } from './idle-collection.js';
import type {
  ComputeAnswer,
  ComputeClose,
  ComputeFailure,
  ComputeReply,
  ComputeRequest,
  ComputeResults,
  ComputeSetup,
} from './messages.js';
import { type ModelParts, modelParts } from './model-parts.js';
import { unpackOffers } from './offers-message.js';
import { systemThread } from './system-thread.js';

/** A result, and the memory that goes with it. */
interface Ran {
  readonly result: ComputeResults[keyof ComputeResults];
  readonly buffers: readonly ArrayBufferLike[];
}

const port = parentPort!;
const setup = workerData as ComputeSetup;
const blockFrames = new Map<GangPlanName, BlockFrames>();
const collection = new IdleCollection();

function send(answer: ComputeAnswer, transfer: ArrayBuffer[] = []): void {
  port.postMessage({ ...answer, heap: heapUse() } satisfies ComputeReply, transfer);
}

function failureOf(error: unknown): ComputeFailure {
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof DeepThingsError ? error.code : 'DT_COMPUTE', message };
}

/**
 * Gets ready what a request needs, and returns what computes it: the time that this takes is not the request's.
 *
 * @throws DeepThingsError `DT_COMPUTE` for a request of the other side's.
 */
async function prepare(parts: ModelParts, request: ComputeRequest): Promise<() => Promise<Ran>> {
  const { gang, kind } = setup.stage;
  const isBehind = request.kind === 'remaining' || request.kind === 'whole';
  const isBlock = request.kind === 'block' || request.kind === 'drop-block';
  // A device may be given the remaining layers; the gateway has no others, but for blocks where it helps gangs.
  const isAllowed = request.kind === 'remaining' || (isBlock && gang?.helps === true);
  if (isBehind !== (kind === 'remaining') && !isAllowed) {
    throw new DeepThingsError('DT_COMPUTE', `cannot run a ${request.kind} where the ${kind} layers are loaded`);
  }
  switch (request.kind) {
    case 'tile': {
      const { executor, plan } = await parts.tiles();
      return async () => {
        const result = await executor.run({ ...request.job, offers: unpackOffers(plan, request.job.offers) });
        return { result, buffers: buffersOf(result.outputs) };
      };
    }
    case 'block': {
      const { plan } = request.job;
      const loaded = await (plan === 'stages' ? parts.blocks() : parts.layers());
      const frames = blockFrames.get(plan) ?? new BlockFrames(loaded);
      blockFrames.set(plan, frames);
      return async () => {
        const result = await frames.run(request.job);
        return {
          result,
          buffers: buffersOf([
            ...result.owed,
            ...(result.outputs ?? []),
            ...(result.boxes === null ? [] : [result.boxes]),
          ]),
        };
      };
    }
    case 'drop-block':
      return async () => {
        for (const frames of blockFrames.values()) frames.drop(request.key);
        return { result: {}, buffers: [] };
      };
    case 'remaining': {
      const remaining = await (request.of === 'tiles' ? parts.behindTiles() : parts.behindBlocks());
      return async () => {
        const outputs = await remaining.run(request.maps);
        return { result: { outputs }, buffers: buffersOf(outputs.map(({ data }) => data)) };
      };
    }
    case 'whole': {
      const whole = await parts.whole();
      return async () => {
        const outputs = await whole.run(request.input);
        return { result: { outputs }, buffers: buffersOf(outputs.map(({ data }) => data)) };
      };
    }
    default:
      return unreachable(request);
  }
}

function buffersOf(arrays: readonly { readonly buffer: ArrayBufferLike }[]): readonly ArrayBufferLike[] {
  return arrays.map(({ buffer }) => buffer);
}

async function serve(parts: ModelParts, request: ComputeRequest): Promise<void> {
  try {
    const run = await prepare(parts, request);
    const startedAt = performance.now();
    const { buffers, result } = await run();
    // A buffer may be listed once only, and two outputs may be of one.
    const given = [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer);
    send({ kind: 'done', id: request.id, result: { ...result, computeMs: performance.now() - startedAt } }, given);
    if (request.kind === 'block' && 'boxes' in result && (result.outputs ?? result.boxes) !== null)
      collection.frameEnded();
  } catch (error) {
    send({ kind: 'failed', id: request.id, ...failureOf(error) });
  }
}

/** Loads the part that the thread is to begin with. */
async function loadFirst(parts: ModelParts): Promise<void> {
  const { gang, isAlone, kind } = setup.stage;
  if (isAlone) await parts.whole();
  else if (!gang?.isFirst) await (kind === 'remaining' ? parts.behindTiles() : parts.tiles());
  else {
    if (kind === 'remaining') await parts.behindBlocks();
    if (kind === 'fused' || gang.helps) await parts.blocks();
  }
}

try {
  const engine = await createEngine(setup.engine.name, setup.engine);
  let modelDigest = '';
  const parts = modelParts(engine, setup, ({ digest }: LoadedModel) => {
    modelDigest = digest;
  });
  await loadFirst(parts);
  const requests: ComputeRequest[] = [];
  let serving = false;
  // One at a time, in the order they came: a second inference beside the first only costs memory.
  port.on('message', async (request: ComputeRequest | ComputeClose) => {
    if (request.kind === 'close') process.exit();
    requests.push(request);
    if (serving) return;
    serving = true;
    collection.begin();
    for (let next = requests.shift(); next !== undefined; next = requests.shift()) await serve(parts, next);
    serving = false;
    collection.end();
  });
  const { name, version, threads, backend, remark } = engine;
  const facts = { name, version, threads, ...(backend === null ? {} : { backend }) };
  send({ kind: 'ready', modelDigest, engine: facts, remark, thread: systemThread() });
} catch (error) {
  send({ kind: 'unusable', ...failureOf(error) });
}
