import { DeepThingsError } from '../../errors.js';
import { HttpProblem } from '../../node/problems/problem.js';
import type { GangStrips } from '../../node/wire/gang-strips.js';
import type { MapBlock } from '../../node/wire/map-blocks.js';
import type { DeviceFrames } from '../frames/device-frames.js';
import { type GangAttempt, LatestAttempts } from './latest-attempts.js';

/** One body of strips: the member that sends it, and the gang stage after which it is sent. */
export interface StripOrigin {
  readonly from: number;
  readonly stage: number;
}

/** A body of strips that has come. */
export interface ReceivedStrips extends StripOrigin, GangStrips {}

/** Bounds on strips whose task is not here yet, all frames together. */
export interface InboxLimits {
  /** Of their values. */
  readonly bytes: number;
  readonly bodies: number;
}

export const EARLY_STRIPS: InboxLimits = Object.freeze({ bytes: 32 * 1024 * 1024, bodies: 256 });

/** `stale`: a later attempt of the frame is known. */
export type StripVerdict = 'taken' | 'duplicate' | 'stale';

interface Waiter {
  readonly due: readonly StripOrigin[];
  /** Null: these strips will not all come. */
  readonly settle: (bodies: readonly ReceivedStrips[] | null) => void;
}

/** The strips of the latest attempt of a frame that is known here. */
interface Held {
  readonly of: GangAttempt;
  /** The bodies that the task waits for; null while the task is not here. */
  due: ReadonlySet<string> | null;
  /** All bodies that have come, also those that the task has taken. */
  readonly seen: Set<string>;
  readonly bodies: Map<string, ReceivedStrips>;
  readonly waiters: Set<Waiter>;
}

/**
 * Strips that other members of a gang sent to this device, until its task takes them. It holds the latest attempt of each frame;
 * a later one ends those before it. Strips that come before their task are held within a bound, those of a task that is here are
 * bounded by what it waits for.
 */
export class StripInbox {
  readonly #limits: InboxLimits;
  readonly #held: LatestAttempts<Held>;

  constructor(limits: InboxLimits, frames: Pick<DeviceFrames, 'generations' | 'scopes'>) {
    this.#limits = limits;
    this.#held = new LatestAttempts(frames, ({ waiters }) => {
      for (const waiter of waiters) waiter.settle(null);
    });
  }

  /** Frames of which something is held. */
  get size(): number {
    return this.#held.size;
  }

  /** Bytes of the values that no task has taken. */
  get bytes(): number {
    return sizeOf(this.#held.all).bytes;
  }

  /**
   * Strips have come.
   *
   * @throws HttpProblem 429 `DT_OVERLOADED` when their task is not here and there is no room for them.
   * @throws DeepThingsError `DT_OVERLAP_BODY` when their task is here and does not wait for them.
   */
  put(of: GangAttempt, origin: StripOrigin, body: GangStrips): StripVerdict {
    const held = this.#latest(of);
    if (held === null) return 'stale';
    const name = nameOf(origin);
    if (held.seen.has(name)) return 'duplicate';
    if (held.due === null) this.#requireRoom(bytesOf(body.strips));
    else if (!held.due.has(name)) {
      const what = `strips of member ${origin.from} after stage ${origin.stage} of frame ${of.frame}`;
      throw new DeepThingsError('DT_OVERLAP_BODY', `this device's block does not wait for ${what}`);
    }
    this.#held.keep(held);
    held.seen.add(name);
    held.bodies.set(name, { ...origin, ...body });
    for (const waiter of held.waiters) settleIfThere(held, waiter);
    return 'taken';
  }

  /**
   * A task is here: strips of this attempt are held for it from now on.
   *
   * @param due all bodies that the task waits for; others that have come are dropped.
   * @returns whether it is the latest attempt of its frame.
   */
  open(of: GangAttempt, due: readonly StripOrigin[]): boolean {
    const held = this.#latest(of);
    if (held === null) return false;
    this.#held.keep(held);
    held.due = new Set(due.map(nameOf));
    for (const name of held.bodies.keys()) if (!held.due.has(name)) held.bodies.delete(name);
    return true;
  }

  /**
   * Takes strips of a task that was opened, as soon as they are all there.
   *
   * @param due bodies, none of which was taken before.
   * @param signal gives up.
   * @returns null when the frame has ended, a later attempt of it is known, or the signal is aborted.
   */
  wait(of: GangAttempt, due: readonly StripOrigin[], signal: AbortSignal): Promise<readonly ReceivedStrips[] | null> {
    const held = this.#held.at(of);
    if (held === undefined || signal.aborted) return Promise.resolve(null);
    return new Promise((resolve) => {
      const settle: Waiter['settle'] = (bodies) => {
        held.waiters.delete(waiter);
        signal.removeEventListener('abort', giveUp);
        resolve(bodies);
      };
      const giveUp = () => settle(null);
      const waiter = { due, settle };
      held.waiters.add(waiter);
      signal.addEventListener('abort', giveUp, { once: true });
      settleIfThere(held, waiter);
    });
  }

  /** Returns the bodies that this attempt's task waits for now and that have not come. */
  lacking(of: GangAttempt): readonly StripOrigin[] {
    const held = this.#held.at(of);
    if (held === undefined) return [];
    return [...held.waiters].flatMap(({ due }) => due.filter((origin) => !held.bodies.has(nameOf(origin))));
  }

  /** Returns the strips of this attempt, empty for one that is new here; null when a later attempt is known. */
  #latest(attempt: GangAttempt): Held | null {
    return this.#held.reach(attempt, (of) => ({
      of,
      due: null,
      seen: new Set(),
      bodies: new Map(),
      waiters: new Set(),
    }));
  }

  #requireRoom(more: number): void {
    const early = sizeOf(this.#held.all.filter(({ due }) => due === null));
    const { bodies, bytes } = this.#limits;
    if (early.bodies < bodies && early.bytes + more <= bytes) return;
    const detail = `${early.bodies} bodies of strips, ${early.bytes} bytes, wait here for their tasks`;
    throw new HttpProblem({ code: 'DT_OVERLOADED', status: 429 }, detail, { retryAfterSeconds: 1 });
  }
}

function settleIfThere({ bodies }: Held, { due, settle }: Waiter): void {
  if (!due.every((origin) => bodies.has(nameOf(origin)))) return;
  const come = due.map((origin) => bodies.get(nameOf(origin))!);
  for (const origin of due) bodies.delete(nameOf(origin));
  settle(come);
}

function nameOf({ from, stage }: StripOrigin): string {
  return `${from}/${stage}`;
}

function bytesOf(strips: readonly MapBlock[]): number {
  return strips.reduce((sum, { data }) => sum + data.byteLength, 0);
}

function sizeOf(all: readonly Held[]): InboxLimits {
  const bodies = all.flatMap((held) => [...held.bodies.values()]);
  return { bodies: bodies.length, bytes: bodies.reduce((sum, { strips }) => sum + bytesOf(strips), 0) };
}
