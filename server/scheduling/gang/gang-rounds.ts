import { BandWork } from '../../geometry/gang/band-work.js';
import { type Bands, bandsOf } from '../../geometry/gang/bands.js';
import type { MemberPlan } from '../../geometry/gang/gang-blocks.js';
import type { GangPlanName } from '../../geometry/gang/gang-plan.js';
import { type GangPlans, gangPlanOf } from '../../geometry/gang/gang-plans.js';
import { MemberPlans } from '../../geometry/gang/member-plans.js';
import type { BlockKey } from './block-times.js';
import { type MeasuredBlock, type MeasuredDevice, profileOf } from './device-profiles.js';
import type { GangForecast } from './gang-forecast.js';
import { GangHelpers, type LeftOut } from './gang-helpers.js';
import { GangShares } from './gang-shares.js';
import { KnownProfiles } from './known-profiles.js';

/** The devices that compute a frame together, by member. */
export interface GangRound {
  /** Of all blocks of the frame. What is said of another attempt is void. */
  readonly attempt: number;
  readonly devices: readonly string[];
  readonly bands: Bands;
  /** By member. */
  readonly plans: readonly MemberPlan[];
}

export interface GangRoundsParts {
  readonly plans: GangPlans;
  /** Speeds of devices, comparable with each other. */
  readonly speedsOf: (devices: readonly string[]) => readonly number[];
}

/**
 * The gangs that compute frames now, each until its frame ends or a later gang takes its place. What they take decides on the bands of
 * later ones, and on the devices that are left out. A gateway and a simulated one decide by it alike.
 */
export class GangRounds {
  readonly #rounds = new Map<string, GangRound & { readonly plan: GangPlanName; readonly measured: Set<number> }>();
  readonly #parts: GangRoundsParts;
  readonly #members = new Map<GangPlanName, MemberPlans>();
  readonly #work: BandWork;
  readonly #profiles: KnownProfiles;
  readonly #shares: GangShares;
  readonly #helpers: GangHelpers;

  constructor(parts: GangRoundsParts) {
    const { plans, speedsOf } = parts;
    this.#parts = parts;
    this.#work = new BandWork(plans.gang);
    this.#profiles = new KnownProfiles(this.#work.of(0, this.#work.steps));
    this.#shares = new GangShares({ work: this.#work, profiles: this.#profiles, speedsOf });
    this.#helpers = new GangHelpers({ shares: this.#shares, profiles: this.#profiles, speedsOf });
  }

  /** Frames that gangs compute. */
  get size(): number {
    return this.#rounds.size;
  }

  /** The devices that would slow gangs down. */
  get leftOut(): readonly LeftOut[] {
    return this.#helpers.leftOut;
  }

  /**
   * Begins an attempt of a frame; an earlier one is void. MoDNN's rows follow the devices' speeds alone.
   *
   * @returns the gang of this attempt.
   */
  begin(frame: string, attempt: number, devices: readonly string[], plan: GangPlanName = 'stages'): GangRound {
    const bands = plan === 'stages' ? this.#shares.of(devices) : bandsOf(this.#parts.speedsOf(devices));
    const plans = this.#membersOf(plan).of(bands);
    const round = { attempt, devices, bands, plans, plan, measured: new Set<number>() };
    this.#rounds.set(frame, round);
    return round;
  }

  #membersOf(plan: GangPlanName): MemberPlans {
    const members = this.#members.get(plan) ?? new MemberPlans(gangPlanOf(this.#parts.plans, plan));
    this.#members.set(plan, members);
    return members;
  }

  /** Predicts what gangs of these devices take for a frame. @param devices at least one. */
  forecast(devices: readonly string[]): GangForecast {
    return this.#shares.forecast(devices);
  }

  /** Stages of the gang, which all profiles are of. */
  get stages(): number {
    return this.#work.stages;
  }

  /** Returns what is measured of each device. */
  measurements(): readonly MeasuredDevice[] {
    return this.#profiles.measurements();
  }

  /** Takes over what an earlier life of the gateway has measured, before the first frame. */
  restore(devices: readonly MeasuredDevice[]): void {
    this.#profiles.restore(devices);
  }

  /** The frame has ended. */
  drop(frame: string): void {
    this.#rounds.delete(frame);
  }

  /** @returns the gang of this attempt of a frame; null when the attempt is past. */
  of(frame: string, attempt: number): GangRound | null {
    const round = this.#rounds.get(frame);
    return round?.attempt === attempt ? round : null;
  }

  /** Notes what a member's block took. After the last member's the devices that are left out may be others. */
  measured({ attempt, frame, member }: Omit<BlockKey, 'generation'>, times: MeasuredBlock): void {
    const round = this.#rounds.get(frame);
    if (round?.attempt !== attempt || round.plan !== 'stages') return;
    const { bands, devices, measured, plans } = round;
    if (measured.has(member) || times.stages.length !== plans[member]!.stages.length) return;
    measured.add(member);
    const profile = profileOf(this.#work.member(bands, member), times);
    if (devices.length === 1) {
      this.#profiles.addLone(devices[member]!, profile);
      this.#helpers.noteAbsent(devices);
      return;
    }
    this.#profiles.add(devices[member]!, profile);
    if (measured.size === devices.length) this.#helpers.frameDone(devices);
  }
}
