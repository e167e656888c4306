import type { OwedBody } from '../../geometry/gang/gang-blocks.js';
import type { DeviceFrames } from '../frames/device-frames.js';
import { type GangAttempt, LatestAttempts } from './latest-attempts.js';

/** A body of strips that this device owes: the member that reads it, and the gang stage after which it is there. */
export interface StripDestination {
  readonly to: number;
  readonly stage: number;
}

/** A body that a member may ask for. */
export type AnsweredBody = StripDestination & Pick<OwedBody, 'before'>;

/**
 * The end of a member's question for strips: `strips`, the strips themselves; `sent`, they go in a request of their own, now or once they
 * are computed; `over`, the block of this attempt has ended; `unknown`, the block does not owe them; `gone`, the member has hung up.
 */
export type AnswerEnd =
  | { readonly kind: 'strips'; readonly bytes: Uint8Array }
  | { readonly kind: 'sent' | 'over' | 'unknown' | 'gone' };

/** The connection of a member that asks: a response of HTTP. */
export interface AskingMember {
  /** The member has hung up. */
  readonly closed: boolean;
  once(event: 'close', listener: () => void): unknown;
  off(event: 'close', listener: () => void): unknown;
}

interface Kept {
  readonly of: GangAttempt;
  /** By name, what the block may answer with; null while the task is not here. */
  due: ReadonlyMap<string, AnsweredBody> | null;
  /** The block has ended. */
  isOver: boolean;
  /** Bodies that have been an answer. */
  readonly bodies: Map<string, Uint8Array>;
  /** Bodies that were there before they were asked for: they are sent in requests of their own. */
  readonly sent: Set<string>;
  readonly asking: Map<string, (end: AnswerEnd) => void>;
}

/**
 * Strips that this device hands over as answers to other members' questions. A question that comes before its strips is held for a bounded
 * time, one for each body; strips that are there first are sent. An answer is kept, for a question that is repeated, until the member
 * shows by later strips that it has it; those of the last stages until the frame ends or a block of another frame begins.
 */
export class StripAnswers {
  readonly #holdMs: number;
  readonly #kept: LatestAttempts<Kept>;
  #isStopped = false;

  /** @param holdMs bound on the time for which a question is held. */
  constructor(holdMs: number, frames: Pick<DeviceFrames, 'generations' | 'scopes'>) {
    this.#holdMs = holdMs;
    this.#kept = new LatestAttempts(frames, end);
  }

  /** Bytes of the bodies that are kept. */
  get bytes(): number {
    return this.#kept.all.flatMap(({ bodies }) => [...bodies.values()]).reduce((sum, body) => sum + body.byteLength, 0);
  }

  /** Questions that are held. */
  get held(): number {
    return this.#kept.all.reduce((sum, { asking }) => sum + asking.size, 0);
  }

  /** Returns whether the block of this attempt is here, or was. */
  isOpen(of: GangAttempt): boolean {
    return (this.#kept.at(of)?.due ?? null) !== null;
  }

  /** A member asks for strips. One question for a body is held at a time: an earlier one is `gone`. */
  ask(of: GangAttempt, body: StripDestination, member: AskingMember): Promise<AnswerEnd> {
    const kept = this.#isStopped ? null : this.#reach(of);
    if (kept === null) return Promise.resolve({ kind: 'over' });
    const name = nameOf(body);
    for (const other of kept.bodies.keys()) {
      const owed = kept.due?.get(other);
      // It has computed a stage that reads this body.
      if (owed?.to === body.to && owed.before <= body.stage) kept.bodies.delete(other);
    }
    const bytes = kept.bodies.get(name);
    if (bytes !== undefined) return Promise.resolve({ kind: 'strips', bytes });
    if (kept.sent.has(name)) return Promise.resolve({ kind: 'sent' });
    if (kept.due?.has(name) === false) return Promise.resolve({ kind: 'unknown' });
    if (kept.isOver) return Promise.resolve({ kind: 'over' });
    return this.#hold(kept, name, member);
  }

  /** A block begins. @param due the bodies that it may hand over as answers. */
  open(of: GangAttempt, due: readonly AnsweredBody[]): void {
    // A device is in one gang at a time: the members of an earlier one have all that they need.
    for (const { isOver, of: other } of this.#kept.all) {
      if (isOver && other.frame !== of.frame) this.#kept.drop(other.frame);
    }
    const kept = this.#reach(of);
    if (kept === null) return;
    kept.due = new Map(due.map((body) => [nameOf(body), body]));
    for (const [name, settle] of kept.asking) if (!kept.due.has(name)) settle({ kind: 'unknown' });
  }

  /**
   * Strips have been computed: they answer the question for them that is held.
   *
   * @returns false when there is none, and they are to be sent.
   */
  give(of: GangAttempt, body: StripDestination, bytes: Uint8Array): boolean {
    const kept = this.#kept.at(of);
    if (kept === undefined || kept.isOver) return true;
    const name = nameOf(body);
    const settle = kept.asking.get(name);
    if (settle === undefined) {
      kept.sent.add(name);
      return false;
    }
    kept.bodies.set(name, bytes);
    settle({ kind: 'strips', bytes });
    return true;
  }

  /** A block has ended. @param isComputed whether it is complete; otherwise there is nothing of it any more. */
  close(of: GangAttempt, isComputed: boolean): void {
    const kept = this.#kept.at(of);
    if (kept === undefined) return;
    if (!isComputed) for (const there of [kept.bodies, kept.sent]) there.clear();
    end(kept);
  }

  /** The device stops: it holds no question any more. */
  stop(): void {
    this.#isStopped = true;
    for (const { of } of this.#kept.all) this.#kept.drop(of.frame);
  }

  #reach(attempt: GangAttempt): Kept | null {
    const kept = this.#kept.reach(attempt, (of) => {
      return { of, due: null, isOver: false, bodies: new Map(), sent: new Set(), asking: new Map() };
    });
    if (kept !== null) this.#kept.keep(kept);
    return kept;
  }

  #hold(kept: Kept, name: string, member: AskingMember): Promise<AnswerEnd> {
    if (member.closed) return Promise.resolve({ kind: 'gone' });
    kept.asking.get(name)?.({ kind: 'gone' });
    return new Promise((resolve) => {
      const settle = (answer: AnswerEnd) => {
        clearTimeout(timer);
        member.off('close', onGone);
        kept.asking.delete(name);
        resolve(answer);
      };
      const onGone = () => settle({ kind: 'gone' });
      const timer = setTimeout(() => settle({ kind: 'sent' }), this.#holdMs);
      member.once('close', onGone);
      kept.asking.set(name, settle);
    });
  }
}

function end(kept: Kept): void {
  kept.isOver = true;
  for (const settle of kept.asking.values()) settle({ kind: 'over' });
}

function nameOf({ stage, to }: StripDestination): string {
  return `${to}/${stage}`;
}
