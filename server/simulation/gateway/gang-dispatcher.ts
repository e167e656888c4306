import type { DueBody } from '../../geometry/gang/gang-blocks.js';
import { regionBytes } from '../../geometry/plan-cost.js';
import type { ComputedBlock } from '../../scheduling/gang/block-times.js';
import type { GangForecast } from '../../scheduling/gang/gang-forecast.js';
import { GangRounds } from '../../scheduling/gang/gang-rounds.js';
import type { LedgerEffect } from '../../scheduling/ledger/ledger-effects.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { GangRule } from '../../scheduling/strategies/strategy.js';
import { type Process, wait } from '../machine/kernel.js';
import { Latch } from '../machine/latch.js';
import type { SimulationSettings } from '../simulation-settings.js';
import type { Host, World } from '../world.js';
import { countPart, type SimulatedFrame } from './simulated-frame.js';

type Gang = Extract<LedgerEffect, { kind: 'gang' }>;
type Push = Extract<LedgerEffect, { kind: 'push' }>;

/** The gateway's part in gangs: gives members their blocks, and passes strips on. The ledger forms the gangs. */
export class GangDispatcher {
  readonly #world: World;
  readonly #host: Host;
  readonly #rounds: GangRounds;
  /** Frames whose letterboxed picture is to come from their source before blocks of it are pushed. */
  readonly #coming = new Map<string, Latch>();

  #leftOut: readonly string[] = [];
  #forecast: GangForecast | null = null;

  constructor(world: World, host: Host) {
    const { settings } = world;
    this.#world = world;
    this.#host = host;
    this.#rounds = new GangRounds({ plans: settings.gangs, speedsOf: speedsOf(settings) });
  }

  get #rule(): GangRule {
    return strategyNamed(this.#world.settings.strategy).gang!;
  }

  /** @param collect gets the letterboxed picture from the frame's source. */
  begin(frame: SimulatedFrame, { attempt, devices }: Gang, collect: () => Process): void {
    const { kernel } = this.#world;
    const { carries, plan } = this.#rule;
    this.#rounds.begin(frame.frame, attempt, devices, plan);
    if (frame.sourcedMs !== null) return;
    if (carries === 'picture') {
      frame.sourcedMs = kernel.nowMs;
      return;
    }
    const come = new Latch();
    this.#coming.set(frame.frame, come);
    kernel.spawn(collect(), () => come.set());
  }

  /** @returns false when the device takes no block; one of an attempt that is past goes nowhere. */
  *push({ frame }: SimulatedFrame, { part, attempt, device: id }: Push): Process<boolean> {
    const { devices, settings, wire } = this.#world;
    const come = this.#coming.get(frame);
    if (come !== undefined) yield* wait(come.done());
    const round = this.#rounds.of(frame, attempt);
    if (round === null) return true;
    const { bands, plans } = round;
    const members = round.devices.map((device) => ({ device, address: devices.get(device)!.address }));
    const boxesAbove = this.#rule.plan === 'stages' ? settings.gangs.boxesAbove : null;
    const key = { frame, member: part, generation: 1, attempt };
    const work = { task: { ...key, strategy: settings.strategy, bands, members, boxesAbove }, plans };
    const pictureBytes =
      this.#rule.carries === 'input'
        ? regionBytes(plans[part]!.input, settings.plan.maps[0]!, 1)
        : settings.arrivals.pictureBytes;
    const bytes = settings.sizes.block(work.task, pictureBytes);
    const device = devices.get(id)!;
    return yield* wire.request(this.#host, device, bytes, () => device.takeBlock(work, bytes));
  }

  /** @returns whether the strips have gone to the member that they are for: its gang computes the frame still. */
  *pass(frame: string, attempt: number, body: DueBody, to: number, bytes: number): Process<boolean> {
    const { devices, wire } = this.#world;
    const round = this.#rounds.of(frame, attempt);
    if (round === null) return false;
    const device = devices.get(round.devices[to]!)!;
    yield* wire.request(this.#host, device, bytes, () => device.takeStrips(frame, attempt, body));
    return true;
  }

  /** A block counts. @returns the devices that gangs do without from now on; null when they are the same as before. */
  accepted(frame: SimulatedFrame, result: ComputedBlock, bytes: number): readonly string[] | null {
    const { device, macs, member, overlapBytes, taskBytes } = result;
    this.#rounds.measured(result, result);
    countPart(frame, String(member), device, macs);
    frame.bytes.input += taskBytes;
    frame.bytes.overlap += overlapBytes;
    frame.bytes.result += bytes;
    const before = this.#leftOut;
    this.#leftOut = this.#rounds.leftOut.map((out) => out.device);
    return this.#leftOut.join() === before.join() ? null : this.#leftOut;
  }

  /** @returns what gangs are expected to take from now on; null where that is as before. */
  forecast(): GangForecast | null {
    const { devices } = this.#world.settings;
    if (devices.length === 0) return null;
    const forecast = this.#rounds.forecast(devices.map(({ id }) => id));
    if (forecast === this.#forecast) return null;
    this.#forecast = forecast;
    return forecast;
  }

  drop(frame: string): void {
    this.#rounds.drop(frame);
    this.#coming.delete(frame);
  }
}

/** Speeds as the file says them, else as the processors are. */
function speedsOf({ devices, gateway }: SimulationSettings): (names: readonly string[]) => readonly number[] {
  const all = [...devices, { ...gateway, speed: null }];
  const speeds = new Map(all.map(({ cpu, id, speed }) => [id, speed ?? cpu.share]));
  return (names) => names.map((name) => speeds.get(name)!);
}
