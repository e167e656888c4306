import type { LedgerStep } from '../../server/scheduling/ledger/frame-ledger.js';
import type { LedgerEvent } from '../../server/scheduling/ledger/ledger-events.js';
import type { FrameLedger, LedgerFrame } from '../../server/scheduling/ledger/ledger-state.js';
import { demand } from './demand.js';

/** Follows the frames of cameras: which are dropped, and in which turns they begin. */
export class CameraInvariants {
  /** By origin: the frame accepted last. */
  readonly #newest = new Map<string, string>();
  /** Frames of which something has begun. */
  readonly #begun = new Set<string>();
  /** By origin: the other origins that have begun a gang's frame since its last turn, while its own oldest frame waited for a gang. */
  readonly #passedBy = new Map<string, Set<string>>();

  check(before: FrameLedger, event: LedgerEvent, nowMs: number, { effects, ledger }: LedgerStep): void {
    if (event.kind === 'frame-accepted') this.#newest.set(event.origin ?? '', event.frame);
    // Also without an effect of its own: a device's frame, and one that was restored and of which devices have some.
    const turns = new Set<string>();
    for (const { frame, origin, startedMs } of ledger.frames.values()) {
      if (startedMs !== null && (before.frames.get(frame)?.startedMs ?? null) === null) turns.add(origin);
    }
    for (const effect of effects) {
      if (effect.kind === 'drop') this.#checkDrop(before, event, ledger, effect);
      const isBegin = effect.kind === 'deliver' || effect.kind === 'gang' || effect.kind === 'compute-here';
      if (isBegin && !this.#begun.has(effect.frame)) {
        this.#begun.add(effect.frame);
        this.#passedBy.delete(ledger.frames.get(effect.frame)!.origin);
        if (effect.kind === 'gang') this.#checkTurn(ledger, effect.frame, nowMs, turns);
      }
    }
    for (const origin of turns) this.#passedBy.delete(origin);
    const heads = headsOf(ledger.frames.values());
    for (const origin of this.#passedBy.keys()) if (!heads.has(origin)) this.#passedBy.delete(origin);
    if (event.kind === 'frame-accepted') this.#checkOlderDropped(event.origin ?? '', event.frame, ledger, nowMs);
  }

  #checkDrop(
    before: FrameLedger,
    event: LedgerEvent,
    after: FrameLedger,
    { frame, newer }: { readonly frame: string; readonly newer: string },
  ): void {
    const entry = before.frames.get(frame)!;
    demand(
      event.kind === 'frame-accepted' && event.frame === newer,
      `${frame} is dropped, and no newer frame has come`,
    );
    demand(after.frames.get(newer)?.origin === entry.origin, `${frame} is dropped for a frame of another camera`);
    demand(this.#newest.get(entry.origin) !== frame, `${frame} is the newest of its camera, and dropped`);
    demand(entry.queue === 'latest', `${frame} is to be kept, and dropped`);
    const isHeld = entry.parts.some(({ kind }) => kind !== 'unplaced');
    demand(!this.#begun.has(frame) && entry.startedMs === null && !isHeld, `${frame} has begun, and is dropped`);
    demand(!after.frames.has(frame), `${frame} is dropped, and still there`);
  }

  /** Of a camera whose frames are dropped, one at most waits. */
  #checkOlderDropped(origin: string, newest: string, { frames }: FrameLedger, nowMs: number): void {
    for (const { frame, isRestored, parts, phase, queue, startedMs, ...entry } of frames.values()) {
      if (entry.origin !== origin || frame === newest || queue !== 'latest' || startedMs !== null) continue;
      const mayBeUnderWay = isRestored && phase.kind === 'waiting' && phase.notBeforeMs > nowMs;
      const isHeld = parts.some(({ kind }) => kind !== 'unplaced');
      demand(mayBeUnderWay || isHeld, `${frame} waits, and ${newest} of its camera is newer`);
    }
  }

  /** While an origin's oldest frame waits for a gang, others begin one frame each at most. @param turns origins that begin a frame in this step. */
  #checkTurn({ frames }: FrameLedger, begun: string, nowMs: number, turns: ReadonlySet<string>): void {
    const { origin } = frames.get(begun)!;
    const heads = headsOf(frames.values());
    for (const { distribution, frame, phase, ...entry } of heads.values()) {
      if (entry.origin === origin || turns.has(entry.origin) || distribution.kind !== 'gang') continue;
      if (phase.kind !== 'waiting' || phase.notBeforeMs > nowMs) continue;
      const passedBy = this.#passedBy.get(entry.origin) ?? new Set();
      this.#passedBy.set(entry.origin, passedBy);
      demand(!passedBy.has(origin), `${frame} waits, and ${origin} begins a second frame`);
      passedBy.add(origin);
    }
  }
}

/** By origin: the oldest frame that waits and has not begun. */
function headsOf(frames: Iterable<LedgerFrame>): Map<string, LedgerFrame> {
  const heads = new Map<string, LedgerFrame>();
  for (const entry of frames) {
    const isNew = entry.phase.kind === 'waiting' && entry.startedMs === null;
    if (isNew && !heads.has(entry.origin)) heads.set(entry.origin, entry);
  }
  return heads;
}
