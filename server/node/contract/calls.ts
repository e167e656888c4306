import { TENSOR_TYPE } from '../../../client/body-digest.js';
import type { OperationId } from '../../../client/client.js';
import type { CircuitSettings } from '../../scheduling/policy/circuit-breaker.js';

/**
 * How long one node waits for another, and what it does when nothing comes. The transport's clock for heads and bodies is
 * coarse, up to a second late; `totalMs` is exact.
 */
export interface CallRule<K extends OperationId = OperationId> {
  readonly operation: K;
  /** The statuses that the peer's role answers with, each with its media type; null: it has no body. */
  readonly answers: Readonly<Record<number, string | null>>;
  /** Until the answer's head is there, in which time the request's own body has to get through as well. */
  readonly headMs: number;
  /** Between two pieces of the answer's body. */
  readonly bodyMs: number;
  /** One exchange altogether: a peer may trickle. */
  readonly totalMs: number;
  /** Exchanges at the most; what makes a call fit or unfit for more than one stands beside it. */
  readonly tries: number;
  /** All exchanges and the pauses between them. */
  readonly patienceMs: number;
  /** Whether a peer that says that it is busy (429, 503) is asked again after its `Retry-After`. */
  readonly waitsForBusy: boolean;
  /** By what the peer is judged, and suspended for a while when it keeps failing; null: it is always asked. */
  readonly circuit: CircuitName | null;
}

export type CircuitName = keyof typeof CIRCUITS;

/** A connection is there within this time or not at all. */
export const CONNECT_MS = 2_000;

/** Pauses between the tries of one call, with full jitter. */
export const REPEAT = { firstMs: 100, mostMs: 2_000 };

/** A peer's `Retry-After` counts up to this. */
export const RETRY_AFTER_LIMIT_MS = 5_000;

/** A member of a gang holds a neighbour's strips that long for an answer with its own; later ones it sends by itself. */
export const HELD_STRIPS_MS = 5_000;

/** When a peer is suspended. */
export const CIRCUITS = {
  /** What a device is there for: tasks, pictures, words about a frame. */
  work: { failures: 3, firstMs: 1_000, mostMs: 15_000 },
  /** Strips have half a second, which says nothing of a device that is asked for work; they can be computed instead. */
  strips: { failures: 1, firstMs: 4_000, mostMs: 15_000 },
} satisfies Record<string, CircuitSettings>;

function rule<K extends OperationId>(operation: K, facts: Omit<CallRule<K>, 'operation'>): CallRule<K> {
  return Object.freeze({ operation, ...facts });
}

const JSON_TYPE = 'application/json';

const ONCE = { tries: 1, waitsForBusy: false } as const;

/** One exchange, within so many milliseconds. */
const within = (ms: number, bodyMs: number) => ({ ...ONCE, headMs: ms, bodyMs, totalMs: ms, patienceMs: ms });

/** Every call between nodes. */
export const CALLS = {
  // What devices say to the gateway, which is never suspended: without it there is no cluster.

  /** Repeatable: of two with one number the second is ignored. Twice only: the next heartbeat says the same, newer. */
  register: rule('register', {
    answers: { 200: JSON_TYPE },
    ...{ headMs: 5_000, bodyMs: 2_000, totalMs: 6_000, tries: 2, patienceMs: 6_000, waitsForBusy: false },
    circuit: null,
  }),
  /** Not repeated: a device that is about to exit does not wait, and is missed soon. */
  leave: rule('register', {
    answers: { 200: JSON_TYPE },
    ...within(500, 500),
    circuit: null,
  }),
  /** Held by the gateway beyond these. Not repeated: the stealer asks anew; a hint that got lost costs an estimate. */
  victim: rule('stealTask', {
    answers: { 200: JSON_TYPE, 204: null },
    ...{ ...ONCE, headMs: 8_000, bodyMs: 2_000, totalMs: 10_000, patienceMs: 10_000 },
    circuit: null,
  }),
  /** Repeatable: a result counts once, however often it comes. Long enough for a gateway that is started anew. */
  result: rule('postResult', {
    answers: { 200: JSON_TYPE },
    ...{ headMs: 15_000, bodyMs: 5_000, totalMs: 15_000, tries: 30, patienceMs: 60_000, waitsForBusy: true },
    circuit: null,
  }),
  /** Repeatable: reads. */
  inputRegion: rule('getFrameInput', {
    answers: { 200: TENSOR_TYPE },
    ...{ headMs: 2_000, bodyMs: 1_000, totalMs: 2_000, tries: 2, patienceMs: 4_000, waitsForBusy: true },
    circuit: null,
  }),
  /** Repeatable: reads. The gateway waits for the source as long as `deliver` says: this is part of it. */
  gatewaysInput: rule('getFrameInput', {
    answers: { 200: TENSOR_TYPE },
    ...{ headMs: 8_000, bodyMs: 3_000, totalMs: 10_000, tries: 2, patienceMs: 15_000, waitsForBusy: true },
    circuit: null,
  }),
  /** Repeatable: the same strips of the same tile take the place of those before. */
  pooledStrips: rule('putOverlap', {
    answers: { 204: null },
    ...{ headMs: 2_000, bodyMs: 1_000, totalMs: 2_000, tries: 2, patienceMs: 3_000, waitsForBusy: false },
    circuit: null,
  }),
  /** Repeatable: a key names the submission, which is one frame. The gateway decodes the picture before it answers. */
  submit: rule('submitOwnFrame', {
    answers: { 202: JSON_TYPE },
    ...{ headMs: 30_000, bodyMs: 5_000, totalMs: 30_000, tries: 3, patienceMs: 30_000, waitsForBusy: false },
    circuit: null,
  }),
  /** Repeatable: reads. */
  look: rule('getFrame', {
    answers: { 200: JSON_TYPE },
    ...{ headMs: 5_000, bodyMs: 2_000, totalMs: 8_000, tries: 3, patienceMs: 12_000, waitsForBusy: true },
    circuit: null,
  }),

  // What devices say to each other.

  /** Repeatable: the same sequence number gets the same task. */
  task: rule('stealTask', {
    answers: { 200: TENSOR_TYPE, 204: null },
    ...{ headMs: 5_000, bodyMs: 3_000, totalMs: 10_000, tries: 3, patienceMs: 12_000, waitsForBusy: false },
    circuit: 'work',
  }),
  /** Repeatable: reads, as long as that is quicker than computing them. */
  strips: rule('getOverlap', {
    answers: { 200: TENSOR_TYPE },
    ...{ headMs: 500, bodyMs: 500, totalMs: 500, tries: 2, patienceMs: 500, waitsForBusy: false },
    circuit: 'strips',
  }),
  /** Repeatable: the same offers of the same tile take the place of those before. */
  offer: rule('putOverlap', {
    answers: { 200: JSON_TYPE },
    ...{ headMs: 2_000, bodyMs: 1_000, totalMs: 2_000, tries: 2, patienceMs: 3_000, waitsForBusy: false },
    circuit: 'work',
  }),
  /** Repeatable: a device takes each body of strips once. A busy one is waited for: its task may be on its way. */
  gangStrips: rule('putOverlap', {
    answers: { 204: null },
    ...{ headMs: 2_000, bodyMs: 1_000, totalMs: 2_000, tries: 3, patienceMs: 5_000, waitsForBusy: true },
    circuit: 'work',
  }),
  /**
   * Strips that are answered with the peer's of that stage. The peer holds the request beyond these times, for `HELD_STRIPS_MS` at most.
   * Repeatable: the same question gets the same strips. A connection breaks while a request is held mostly because the peer has ended: the
   * gateway finds that out and ends the gang, which the later tries leave time for, and which a circuit would not.
   */
  gangExchange: rule('putOverlap', {
    answers: { 200: TENSOR_TYPE, 204: null },
    ...{ headMs: 2_000, bodyMs: 1_000, totalMs: 2_000, tries: 6, patienceMs: 5_000, waitsForBusy: true },
    circuit: null,
  }),
  /** As `gangStrips`, for strips that the gateway passes on (MoDNN). */
  gangStripsByGateway: rule('putOverlap', {
    answers: { 204: null },
    ...{ headMs: 2_000, bodyMs: 1_000, totalMs: 2_000, tries: 3, patienceMs: 5_000, waitsForBusy: true },
    circuit: null,
  }),
  /** Not repeated: the second would be refused, and the gateway hears of a task that is not handed back. */
  handBack: rule('returnTask', {
    answers: { 204: null },
    ...within(500, 500),
    circuit: 'work',
  }),

  // What the gateway says to devices; a busy one is not waited for, others are idle.

  /** Not repeated: the member that sent the strips sends them again, and a device takes each body once. */
  passStrips: rule('putOverlap', {
    answers: { 204: null },
    ...within(1_500, 1_000),
    circuit: 'work',
  }),
  /** Not repeated: devices find a gateway that started by themselves. */
  announce: rule('register', {
    answers: { 200: JSON_TYPE },
    ...within(1_000, 500),
    circuit: null,
  }),
  /** Not repeated: a device that does not answer is looked for again while it registers. */
  identify: rule('getCluster', {
    answers: { 200: JSON_TYPE },
    ...within(1_000, 500),
    circuit: null,
  }),
  /** Repeatable: a source takes each attempt of a frame once. It decodes the picture before it answers. */
  deliver: rule('deliverFrame', {
    answers: { 204: null },
    ...{ headMs: 20_000, bodyMs: 2_000, totalMs: 20_000, tries: 3, patienceMs: 25_000, waitsForBusy: false },
    circuit: 'work',
  }),
  /** Repeatable: reads. */
  collect: rule('getFrameInput', {
    answers: { 200: TENSOR_TYPE },
    ...{ headMs: 8_000, bodyMs: 3_000, totalMs: 20_000, tries: 3, patienceMs: 25_000, waitsForBusy: false },
    circuit: 'work',
  }),
  /** Repeatable: a device takes each attempt of a task once. */
  push: rule('pushTask', {
    answers: { 202: JSON_TYPE },
    ...{ headMs: 5_000, bodyMs: 1_000, totalMs: 5_000, tries: 3, patienceMs: 8_000, waitsForBusy: false },
    circuit: 'work',
  }),
  /** Not repeated: the gateway computes them itself. It bounds the time, which depends on the layers. */
  remaining: rule('computeRemaining', {
    answers: { 200: TENSOR_TYPE },
    ...within(3_600_000, 5_000),
    circuit: 'work',
  }),
  /** Repeatable: a device that is being drained only says so again. Somebody waits for it. */
  drain: rule('drain', {
    answers: { 202: JSON_TYPE },
    ...{ headMs: 3_000, bodyMs: 1_000, totalMs: 3_000, tries: 2, patienceMs: 6_000, waitsForBusy: false },
    circuit: null,
  }),
  /** Repeatable likewise. */
  resume: rule('resume', {
    answers: { 200: JSON_TYPE },
    ...{ headMs: 3_000, bodyMs: 1_000, totalMs: 3_000, tries: 2, patienceMs: 6_000, waitsForBusy: false },
    circuit: null,
  }),
  /** Repeatable: a frame ends once, whatever is said of it again. */
  outcome: rule('postResult', {
    answers: { 204: null },
    ...{ headMs: 3_000, bodyMs: 1_000, totalMs: 3_000, tries: 3, patienceMs: 8_000, waitsForBusy: false },
    circuit: 'work',
  }),
} as const;
