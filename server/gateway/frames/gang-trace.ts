import type { Schemas } from '../../../client/client.js';
import { BAND_UNITS, type Bands } from '../../geometry/gang/bands.js';
import type { MemberPlan } from '../../geometry/gang/gang-blocks.js';
import type { BlockTimes } from '../../scheduling/gang/block-times.js';
import { alignedStarts, type PlacedBlock } from './gang-clock.js';

type GangAttempt = Schemas['GangAttempt'];

/** Attempts kept of one frame, the latest. */
const MOST_ATTEMPTS = 16;

/** A gang that begins to compute a frame. */
export interface FormedGang {
  readonly attempt: number;
  readonly generation: number;
  /** By member. */
  readonly devices: readonly string[];
  readonly plans: readonly Pick<MemberPlan, 'stages'>[];
  readonly bands: Bands;
  /** Where the cluster has decided how many devices compute the frame. */
  readonly choice?: Schemas['GangChoice'] | undefined;
}

interface Attempt {
  readonly gang: FormedGang;
  readonly formedAtMs: number;
  readonly done: Map<number, PlacedBlock & { readonly doneAtMs: number }>;
  endedAtMs: number | null;
  end: GangAttempt['end'];
}

/** The gangs that have computed one frame or tried to. All times are ms since the frame was accepted. */
export class GangTrace {
  #attempts: Attempt[] = [];

  formed(gang: FormedGang, formedAtMs: number): void {
    const attempt = { gang, formedAtMs, done: new Map(), endedAtMs: null, end: null };
    this.#attempts = [...this.#attempts, attempt].slice(-MOST_ATTEMPTS);
  }

  /** A member of the latest gang has sent its block. */
  blockDone(member: number, times: BlockTimes, doneAtMs: number): void {
    const latest = this.#attempts.at(-1);
    if (latest === undefined || latest.endedAtMs !== null) return;
    // Clocks of machines differ: the block is laid backward from the moment when the gateway has it.
    const startedAtMs = doneAtMs - times.afterMs - times.totalMs;
    latest.done.set(member, { times, startedAtMs, doneAtMs });
    if (latest.done.size === latest.gang.devices.length) latest.endedAtMs = doneAtMs;
  }

  /** The latest gang has ended before the frame was computed, where it has not ended yet. */
  ended(end: NonNullable<GangAttempt['end']>, endedAtMs: number): void {
    const latest = this.#attempts.at(-1);
    if (latest === undefined || latest.endedAtMs !== null) return;
    latest.endedAtMs = endedAtMs;
    latest.end = end;
  }

  /** Boundaries of the latest gang's blocks; null where no gang has been formed. */
  get bands(): Schemas['GangBands'] | null {
    const latest = this.#attempts.at(-1);
    return latest === undefined ? null : fractions(latest.gang.bands);
  }

  /** Why the latest gang has as many devices; null where the strategy says so. */
  get choice(): Schemas['GangChoice'] | null {
    return this.#attempts.at(-1)?.gang.choice ?? null;
  }

  /** The oldest first; none for a frame of tiles. */
  document(): GangAttempt[] {
    return this.#attempts.map((attempt) => {
      const { end, endedAtMs, formedAtMs, gang } = attempt;
      const { bands, choice, generation } = gang;
      const facts = { attempt: gang.attempt, generation, formedAtMs, endedAtMs, end };
      const chosen = choice === undefined ? {} : { choice };
      return { ...facts, ...chosen, bands: fractions(bands), blocks: blocksOf(attempt) };
    });
  }
}

function blocksOf({ done, gang }: Attempt): Schemas['BlockTrace'][] {
  const starts = alignedStarts(done, gang.plans);
  return gang.devices.map((device, member) => {
    const block = done.get(member);
    if (block === undefined) {
      return { member, device, startedAtMs: null, preparedAtMs: null, doneAtMs: null, stages: [] };
    }
    const { doneAtMs, times } = block;
    const startedAtMs = starts.get(member)!;
    const at = (ms: number) => startedAtMs + ms;
    const stages = times.stages.map(({ beganMs, computeMs, endedMs, sent, stripsMs }) => {
      return { waitMs: stripsMs, beganAtMs: at(beganMs), endedAtMs: at(endedMs), computeMs, sent: [...sent] };
    });
    return { member, device, startedAtMs, preparedAtMs: at(times.prepareMs), doneAtMs, stages };
  });
}

function fractions({ columns, rows }: Bands): Schemas['GangBands'] {
  const of = (boundaries: readonly number[]) => boundaries.map((at) => at / BAND_UNITS);
  return { rows: of(rows), columns: of(columns) };
}
