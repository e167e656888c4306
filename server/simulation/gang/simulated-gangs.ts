import { bandsOf } from '../../geometry/gang/bands.js';
import type { MemberPlan } from '../../geometry/gang/gang-blocks.js';
import type { GangPlan } from '../../geometry/gang/gang-plan.js';
import { planLayerGang } from '../../geometry/gang/layer-gang.js';
import { MemberPlans } from '../../geometry/gang/member-plans.js';
import type { Holder } from '../../scheduling/reuse/tile-reuse.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { SentBlock } from '../body-sizes.js';
import type { SimulationSettings } from '../simulation-settings.js';

/** A member's part of a frame. */
export interface BlockWork {
  readonly task: SentBlock;
  readonly gang: GangPlan;
  readonly member: MemberPlan;
  /** Of all members. */
  readonly plans: readonly MemberPlan[];
}

interface Round {
  readonly attempt: number;
  readonly devices: readonly Holder[];
  readonly bands: SentBlock['bands'];
}

/** The gangs that compute frames now, as the gateway knows them; the same plans as nodes follow. */
export class SimulatedGangs {
  readonly #members: MemberPlans | null;
  readonly #strategy: SimulationSettings['strategy'];
  readonly #rounds = new Map<string, Round>();

  constructor(settings: SimulationSettings) {
    const plan = gangPlanOf(settings);
    this.#members = plan === null ? null : new MemberPlans(plan);
    this.#strategy = settings.strategy;
  }

  /** @param speeds of the devices, comparable with each other. */
  begin(frame: string, attempt: number, devices: readonly Holder[], speeds: readonly number[]): void {
    this.#rounds.set(frame, { attempt, devices, bands: bandsOf(speeds) });
  }

  drop(frame: string): void {
    this.#rounds.delete(frame);
  }

  /** @returns null when that attempt is past. */
  block(frame: string, member: number, attempt: number): BlockWork | null {
    const round = this.#rounds.get(frame);
    if (round?.attempt !== attempt || this.#members === null) return null;
    const { bands, devices } = round;
    const task = { frame, member, generation: 1, attempt, strategy: this.#strategy, bands, members: devices };
    const plans = this.#members.of(bands);
    return { task, gang: this.#members.plan, member: plans[member]!, plans };
  }

  /** The address of a member; null when that attempt is past. */
  addressOf(frame: string, member: number, attempt: number): string | null {
    const round = this.#rounds.get(frame);
    return round?.attempt === attempt ? round.devices[member]!.address : null;
  }
}

/** @throws TypeError where the settings lack the plan that their strategy needs. */
function gangPlanOf({ gang, plan, strategy }: SimulationSettings): GangPlan | null {
  const rule = strategyNamed(strategy).gang;
  if (rule === null) return null;
  const needed = rule.plan === 'layers' ? plan.chain && planLayerGang(plan.chain) : gang?.plan;
  if (!needed) throw new TypeError(`these settings have no plan for the gangs of ${strategy}`);
  return needed;
}
