import type { Bands } from '../../geometry/gang/bands.js';
import type { MemberPlan } from '../../geometry/gang/gang-blocks.js';
import type { GangPlan } from '../../geometry/gang/gang-plan.js';
import { MemberPlans } from '../../geometry/gang/member-plans.js';
import { SteadyBands } from '../../geometry/gang/steady-bands.js';
import type { FrameScopes } from '../../node/frame-scopes.js';

/** The devices that compute a frame together, by member. */
export interface GangRound {
  /** Of all blocks of the frame. What is said of another attempt is void. */
  readonly attempt: number;
  readonly devices: readonly string[];
  readonly bands: Bands;
  /** By member. */
  readonly plans: readonly MemberPlan[];
}

/** The gangs that compute frames now, each until its frame ends or a later gang takes its place. */
export class GangRounds {
  readonly #rounds = new Map<string, GangRound>();
  readonly #plans: MemberPlans;
  readonly #bands = new SteadyBands();

  /** @param runs ends what is kept of a frame. */
  constructor(runs: FrameScopes, plan: GangPlan) {
    this.#plans = new MemberPlans(plan);
    runs.onEnd((frame) => this.#rounds.delete(frame));
  }

  /** Frames that gangs compute. */
  get size(): number {
    return this.#rounds.size;
  }

  /**
   * Begins an attempt of a frame; an earlier one is void.
   *
   * @param speeds of the devices, comparable with each other.
   */
  begin(frame: string, attempt: number, devices: readonly string[], speeds: readonly number[]): void {
    const bands = this.#bands.of(devices, speeds);
    this.#rounds.set(frame, { attempt, devices, bands, plans: this.#plans.of(bands) });
  }

  /** @returns the gang of this attempt of a frame; null when the attempt is past. */
  of(frame: string, attempt: number): GangRound | null {
    const round = this.#rounds.get(frame);
    return round?.attempt === attempt ? round : null;
  }
}
