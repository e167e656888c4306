import { once } from 'node:events';
import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { DeepThingsError } from '../errors.js';
import { BoundedCache } from '../geometry/memoize.js';
import type { HeapUse } from './heap-use.js';
import type {
  BlockJob,
  ComputeClose,
  ComputeReady,
  ComputeReply,
  ComputeRequest,
  ComputeResult,
  ComputeSetup,
  RemainingOf,
  TileMessage,
} from './messages.js';
import { type OfferTexts, packOffers } from './offers-message.js';
import type { TileJob } from './tile-executor.js';

// By the package's own name for it, so that it is found from compiled code and from tests alike.
const WORKER_FILE = createRequire(import.meta.url).resolve('#compute-worker');

/** A thread that holds the engine and the weights, seen from the node's main thread. */
export interface ComputeThread extends ComputeReady {
  /** @param job its input is given away: the array is empty afterwards; strips in shared memory are not copied. */
  runTile(job: TileJob): Promise<ComputeResult<'tile'>>;
  /**
   * Runs the next stage of a member's part of a frame. The first call loads the gang's part of the model, unless the thread began with
   * it.
   *
   * @param job its input is given away: the array is empty afterwards. So is a strip that fills its buffer.
   */
  runBlock(job: BlockJob): Promise<ComputeResult<'block'>>;
  /** Frees what there is of a frame that ends before its last stage. Nothing waits for it: it cannot fail. */
  dropBlock(key: string): void;
  /**
   * @param maps in the order of the plan's outputs, `[channels, height, width]` each; given away: the arrays are empty afterwards.
   * @param of the plan that is meant.
   */
  runRemaining(maps: readonly Float32Array[], of?: RemainingOf): Promise<ComputeResult<'remaining'>>;
  /**
   * Runs the whole graph, on a gateway. The first call loads it, unless the thread began with it.
   *
   * @param input bytes of the letterboxed picture, `[3, height, width]`; copied.
   */
  runWhole(input: Uint8Array): Promise<ComputeResult<'whole'>>;
  /** Returns the thread's memory as of its latest answer. */
  heap(): HeapUse;
  /** Rejects what is under way with `DT_COMPUTE_CLOSED`. */
  close(): Promise<void>;
}

interface Waiting {
  resolve(result: ComputeResult): void;
  reject(error: Error): void;
}

type Job =
  | { readonly kind: 'tile'; readonly job: TileMessage }
  | { readonly kind: 'block'; readonly job: BlockJob }
  | { readonly kind: 'remaining'; readonly of: RemainingOf; readonly maps: readonly Float32Array[] }
  | { readonly kind: 'whole'; readonly input: Uint8Array };

/**
 * Starts the thread and loads engine, model and layers in it.
 *
 * @param onCrash called when the thread ends by itself after it was ready.
 * @throws DeepThingsError with the code of what could not be loaded.
 */
export async function startComputeThread(
  setup: ComputeSetup,
  onCrash: (error: Error) => void = () => {},
): Promise<ComputeThread> {
  // The process's own environment: native libraries read their settings there, not in a thread's copy of it.
  const worker = new Worker(WORKER_FILE, { workerData: setup, env: SHARE_ENV });
  const { heap: heapAtStart, ...ready } = await readiness(worker);
  let heap = heapAtStart;
  const waiting = new Map<number, Waiting>();
  const texts: OfferTexts = new BoundedCache(MOST_TEXTS);
  let lastId = 0;
  let closed = false;

  const abandonAll = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const crashed = (error: Error) => {
    if (closed) return;
    closed = true;
    abandonAll(error);
    onCrash(error);
  };
  worker.on('message', (reply: ComputeReply) => {
    if (reply.kind !== 'done' && reply.kind !== 'failed') return;
    heap = reply.heap;
    const entry = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.kind === 'done') entry?.resolve(reply.result);
    else entry?.reject(new DeepThingsError(reply.code, reply.message));
  });
  worker.on('error', crashed);
  worker.on('exit', (code) => crashed(new DeepThingsError('DT_COMPUTE_CRASHED', `the compute thread ended: ${code}`)));

  const run = <Kind extends Job['kind']>(job: Job & { readonly kind: Kind }, transfer: readonly ArrayBuffer[]) =>
    new Promise<ComputeResult<Kind>>((resolve, reject) => {
      if (closed) {
        reject(new DeepThingsError('DT_COMPUTE_CLOSED', 'the compute thread is closed'));
        return;
      }
      const id = ++lastId;
      // The thread answers a request with a result of its kind.
      waiting.set(id, { resolve: (result) => resolve(result as unknown as ComputeResult<Kind>), reject });
      worker.postMessage({ id, ...job } satisfies ComputeRequest, transfer);
    });

  return {
    ...ready,
    runTile(job) {
      const input = inOwnBuffer(job.input);
      const message = { ...job, input, offers: packOffers(job.offers, texts) };
      return run({ kind: 'tile', job: message }, [input.buffer]);
    },
    runBlock(job) {
      const input = job.input === null ? null : inOwnBuffer(job.input);
      const strips = job.strips.map((strip) => ({ ...strip, data: inOwnBuffer(strip.data) }));
      const given = [...strips.map(({ data }) => data), ...(input === null ? [] : [input])];
      return run({ kind: 'block', job: { ...job, input, strips } }, [...new Set(given.map(({ buffer }) => buffer))]);
    },
    dropBlock(key) {
      if (!closed) worker.postMessage({ id: ++lastId, kind: 'drop-block', key } satisfies ComputeRequest);
    },
    runRemaining: (maps, of = 'tiles') =>
      run({ kind: 'remaining', of, maps }, [...new Set(maps.map(({ buffer }) => buffer as ArrayBuffer))]),
    runWhole: (input) => run({ kind: 'whole', input }, []),
    heap: () => heap,
    async close() {
      if (closed) return;
      closed = true;
      abandonAll(new DeepThingsError('DT_COMPUTE_CLOSED', 'the compute thread was closed'));
      await ended(worker);
    },
  };
}

/** Texts of offers that are kept, some 200 bytes each. */
const MOST_TEXTS = 4096;

/** One call of the engine may still run; longer than this nobody waits for it. */
const CLOSE_LIMIT_MS = 10_000;

/**
 * Asks the thread to end, and waits until it has. `worker.terminate` would stop it in the middle of a native call,
 * whose way back into JavaScript then ends the whole process (`terminate called after throwing … Napi::Error`).
 */
async function ended(worker: Worker): Promise<void> {
  const exit = once(worker, 'exit');
  worker.postMessage({ kind: 'close' } satisfies ComputeClose);
  const bound = new AbortController();
  await Promise.race([exit, setTimeout(CLOSE_LIMIT_MS, undefined, { signal: bound.signal }).catch(() => {})]);
  bound.abort();
  worker.unref();
}

/** A whole buffer can be given to the thread; a view into somebody else's has to be copied out first. */
function inOwnBuffer(values: Uint8Array): Uint8Array<ArrayBuffer>;
function inOwnBuffer(values: Float32Array): Float32Array<ArrayBuffer>;
function inOwnBuffer(values: Uint8Array | Float32Array): Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
function inOwnBuffer(values: Uint8Array | Float32Array): Uint8Array | Float32Array {
  // Also what was given away before: posted again, its empty buffer would never arrive, and nobody would answer.
  if (values.length === 0) return values instanceof Uint8Array ? new Uint8Array(0) : new Float32Array(0);
  if (values.byteOffset === 0 && values.byteLength === values.buffer.byteLength) return values;
  return values instanceof Uint8Array ? new Uint8Array(values) : new Float32Array(values);
}

function readiness(worker: Worker): Promise<ComputeReady & { readonly heap: HeapUse }> {
  return new Promise((resolve, reject) => {
    const settle = (settled: () => void) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      settled();
    };
    const onMessage = (reply: ComputeReply) => {
      if (reply.kind === 'ready') {
        const { kind: _, ...facts } = reply;
        settle(() => resolve(facts));
      } else if (reply.kind === 'unusable') {
        settle(() => reject(new DeepThingsError(reply.code, reply.message)));
        void worker.terminate();
      }
    };
    const onError = (error: Error) => settle(() => reject(error));
    const onExit = (code: number) =>
      settle(() => reject(new DeepThingsError('DT_COMPUTE_CRASHED', `the compute thread ended at start: ${code}`)));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}
