import { unreachable } from '../../errors.js';
import type { DueBody } from '../../geometry/gang/gang-blocks.js';
import { wholeMap } from '../../geometry/region.js';
import type { Strip } from '../../geometry/reuse/tile-cut.js';
import type { TileOffers } from '../../geometry/reuse/tile-offer.js';
import type { ComputedTile } from '../../scheduling/device/computed-tile.js';
import type { ComputedBlock } from '../../scheduling/gang/block-times.js';
import { stepLedger } from '../../scheduling/ledger/frame-ledger.js';
import type { LedgerEffect, ResultVerdict } from '../../scheduling/ledger/ledger-effects.js';
import type { LedgerEvent } from '../../scheduling/ledger/ledger-events.js';
import { emptyLedger, type FrameLedger } from '../../scheduling/ledger/ledger-state.js';
import { VictimDirectory } from '../../scheduling/policy/victim-directory.js';
import { NO_REUSE } from '../../scheduling/reuse/tile-reuse.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import { withMembers } from '../../scheduling/strategies/strategy.js';
import { msOf } from '../cost-model.js';
import { KeptStrips } from '../kept-strips.js';
import { type Process, wait } from '../machine/kernel.js';
import { Processor } from '../machine/processor.js';
import { macsOf } from '../simulation-settings.js';
import { type Answer, answer, type DeviceReport, type GatewayDoor, type World } from '../world.js';
import { GangDispatcher } from './gang-dispatcher.js';
import { beginAgain, countPart, newFrame, type SimulatedFrame } from './simulated-frame.js';

/** How often leases are looked at. */
const TICK_MS = 200;
/** As long as those of a gateway that was started today. */
const EPOCH = '00000000';
const OUTCOME_BYTES = 300;
const VERDICT_BYTES = 21;
const REGISTERED_BYTES = 50;

type Push = Extract<LedgerEffect, { kind: 'push' }>;

/** The gateway: the real frame ledger, with simulated devices to carry out what it decides. */
export class SimulatedGateway implements GatewayDoor {
  readonly id: string;
  readonly address: string;
  readonly processor: Processor;
  readonly frames = new Map<string, SimulatedFrame>();
  readonly #world: World;
  readonly #victims: VictimDirectory;
  /** The pool of overlapped data, for `overlap.via: gateway`. */
  readonly #pool = new KeptStrips();
  readonly #onEnded: (frame: SimulatedFrame) => void;
  readonly #gangs: GangDispatcher;
  #ledger: FrameLedger;

  /** @param offset of its quota's periods, 0 to 1. */
  constructor(world: World, onEnded: (frame: SimulatedFrame) => void, offset: number) {
    const { kernel, settings } = world;
    this.#world = world;
    this.#onEnded = onEnded;
    this.id = settings.gateway.id;
    this.address = settings.gateway.address;
    this.processor = new Processor(kernel, settings.gateway.cpu, offset);
    this.#victims = new VictimDirectory((ms, run) => kernel.at(kernel.nowMs + ms, run));
    this.#gangs = new GangDispatcher(world, this);
    this.#ledger = emptyLedger(settings.ledger, kernel.nowMs);
    this.#predict();
    kernel.spawn(this.#tick());
  }

  *#tick(): Process {
    const { kernel, settings } = this.#world;
    const { share } = settings.gateway.cpu;
    for (;;) {
      const beganMs = this.processor.servingMs;
      yield* wait(kernel.sleep(TICK_MS));
      const busyMs = this.processor.servingMs - beganMs;
      this.apply({ kind: 'gateway-busy', share: busyMs / (TICK_MS * share) });
      this.apply({ kind: 'tick' });
    }
  }

  apply(event: LedgerEvent): ResultVerdict | null {
    const { ledger, effects, verdict } = stepLedger(this.#ledger, event, this.#world.kernel.nowMs);
    this.#ledger = ledger;
    for (const effect of effects) this.#carryOut(effect);
    return verdict;
  }

  #predict(): void {
    const forecast = this.#gangs.forecast();
    if (forecast !== null) this.apply({ kind: 'gangs-predicted', forecast });
  }

  /** Whether a frame is still to end. */
  has(frame: string): boolean {
    return this.#ledger.frames.has(frame);
  }

  /** Whether the gateway decodes a picture when it comes in; the members of a gang that have the picture do otherwise. */
  get #isLetterboxed(): boolean {
    return strategyNamed(this.#world.settings.strategy).gang?.carries !== 'picture';
  }

  /** A picture that has come in. */
  *submit(source: string): Process<SimulatedFrame> {
    const { kernel, settings } = this.#world;
    const frame = newFrame(`${EPOCH}-${(this.frames.size + 1).toString(36)}`, source, kernel.nowMs);
    this.frames.set(frame.frame, frame);
    if (this.#isLetterboxed) yield* wait(this.processor.background(settings.costs.letterboxMs));
    const whole = strategyNamed(settings.strategy).partition(settings.plan);
    const bounded = settings.members === undefined ? whole : withMembers(whole, settings.members);
    const { distribution, parts } = bounded ?? whole;
    const { queue } = settings.arrivals;
    const place = queue === undefined ? {} : { origin: source, queue };
    this.apply({ kind: 'frame-accepted', frame: frame.frame, parts, source, delivered: false, distribution, ...place });
    return frame;
  }

  #carryOut(effect: LedgerEffect): void {
    const { kernel } = this.#world;
    if (effect.kind === 'device-lost') {
      this.#victims.pending(effect.device, 0);
      return;
    }
    if (effect.kind === 'quarantine') throw new TypeError('simulated devices compute nothing wrong');
    const frame = this.frames.get(effect.frame)!;
    switch (effect.kind) {
      case 'note':
      case 'gang-ended':
        return;
      case 'deliver':
        kernel.spawn(this.#deliver(frame, effect.source, effect.attempt));
        return;
      case 'gang':
        this.#gangs.begin(frame, effect, () => this.#collect(frame, frame.source, effect.attempt));
        return;
      case 'push':
        kernel.spawn(this.#push(frame, effect));
        return;
      case 'finish':
        kernel.spawn(this.#finish(frame));
        return;
      case 'fail':
        frame.failure = effect.code;
        this.#end(frame, 'failed');
        return;
      case 'compute-here':
        kernel.spawn(this.#computeHere(frame));
        return;
      case 'judge':
      case 'check':
      case 'audited':
      case 'rerun':
        throw new TypeError(`the simulator audits nothing, and the ledger orders '${effect.kind}'`);
      case 'drop':
        this.#end(frame, 'dropped');
        return;
      default:
        unreachable(effect);
    }
  }

  *#deliver(frame: SimulatedFrame, source: string, attempt: number): Process {
    yield* this.#collect(frame, source, attempt);
    this.apply({ kind: 'frame-delivered', frame: frame.frame, source, attempt });
  }

  /** Gives a frame's picture to its source; where the gateway shares it out, the letterboxed one comes back from there. */
  *#collect(frame: SimulatedFrame, source: string, attempt: number): Process {
    const { kernel, settings, wire } = this.#world;
    const { pictureBytes } = settings.arrivals;
    const device = this.#world.devices.get(source)!;
    frame.bytes.picture += pictureBytes;
    yield* wire.request(this, device, pictureBytes, () => device.takeFrame(frame.frame, attempt));
    frame.sourcedMs ??= kernel.nowMs;
    if (strategyNamed(settings.strategy).placement === 'gateway') {
      const bytes = settings.sizes.picture(frame.frame, wholeMap(settings.plan.maps[0]!));
      yield* wire.request(this, device, 0, () => answer(bytes, null));
      frame.bytes.frame += bytes;
    }
  }

  *#push(frame: SimulatedFrame, push: Push): Process {
    const isGang = strategyNamed(this.#world.settings.strategy).gang !== null;
    const taken = yield* isGang ? this.#gangs.push(frame, push) : this.#pushTile(frame, push);
    const report = { frame: frame.frame, part: push.part, attempt: push.attempt, device: push.device };
    this.apply(taken ? { kind: 'part-pushed', ...report } : { kind: 'push-failed', ...report, detail: 'queue full' });
  }

  *#pushTile(frame: SimulatedFrame, { part, attempt, device: id }: Push): Process<boolean> {
    const { settings, wire } = this.#world;
    const device = this.#world.devices.get(id)!;
    const key = { frame: frame.frame, generation: 1, attempt, source: frame.source };
    const task = { ...key, tile: part, strategy: settings.strategy, reuse: NO_REUSE };
    const region = settings.plan.tiles[part]!.regions[0]!;
    const bytes = settings.sizes.task(task, region);
    return yield* wire.request(this, device, bytes, () => device.takeTile(task, region, bytes));
  }

  *#finish(frame: SimulatedFrame): Process {
    const { kernel, settings } = this.#world;
    frame.mergedMs = kernel.nowMs;
    const { costs, gangs, strategy } = settings;
    const hasBoxes = gangs.boxesAbove !== null && strategyNamed(strategy).gang?.plan === 'stages';
    if (!hasBoxes) yield* wait(this.processor.compute(msOf(costs.remaining, macsOf(settings).remaining)));
    this.#complete(frame);
  }

  /** Computes a whole frame; parts of it that devices have computed count no more. */
  *#computeHere(frame: SimulatedFrame): Process {
    const { kernel, settings } = this.#world;
    const { costs, plan, remainingMacs } = settings;
    beginAgain(frame);
    frame.sourcedMs ??= kernel.nowMs;
    if (!this.#isLetterboxed) yield* wait(this.processor.background(costs.letterboxMs));
    const layersMs = msOf(costs.engine, plan.stage.macs) + msOf(costs.remaining, remainingMacs);
    yield* wait(this.processor.compute(layersMs));
    frame.mergedMs = kernel.nowMs;
    countPart(frame, '0', this.id, macsOf(settings).devices);
    this.#complete(frame);
  }

  #complete(frame: SimulatedFrame): void {
    this.#end(frame, 'complete');
    this.apply({ kind: 'frame-ended', frame: frame.frame });
  }

  #end(frame: SimulatedFrame, state: 'complete' | 'failed' | 'dropped'): void {
    const { kernel, wire } = this.#world;
    frame.state = state;
    frame.endedMs = kernel.nowMs;
    this.#pool.drop(frame.frame);
    this.#gangs.drop(frame.frame);
    const source = this.#world.devices.get(frame.source);
    if (source !== undefined && state !== 'dropped') {
      kernel.spawn(wire.request(this, source, OUTCOME_BYTES, () => source.hearOutcome(frame.frame)));
    }
    this.#onEnded(frame);
  }

  *register(report: DeviceReport): Process<Answer<readonly string[]>> {
    const { device, handedOut, kept, pending, tasks, medianTileMs } = report;
    this.apply({ kind: 'device-seen', device, medianTileMs, tasks, handedOut });
    this.#victims.pending(device, pending);
    const ended = [...new Set([...kept, ...tasks.map(({ frame }) => frame)])].filter((frame) => !this.has(frame));
    return yield* answer(REGISTERED_BYTES, ended);
  }

  hangUp(thief: string): void {
    this.#victims.hangUp(thief);
  }

  /** A thief asks for a victim. @param waitMs as long as there is none. */
  *nameVictim(thief: string, waitMs: number): Process<Answer<{ device: string; address: string } | null>> {
    const device = yield* wait<string | null>((wake) => this.#victims.ask({ thief, waitMs }, wake));
    if (device === null) return { bytes: 0, value: null };
    const victim = { device, address: this.#world.devices.get(device)!.address };
    return { bytes: JSON.stringify({ victim }).length, value: victim };
  }

  *takeResult(result: ComputedTile, bytes: number): Process<Answer<null>> {
    const { frame: id, tile, generation, attempt, device } = result;
    const frame = this.frames.get(id)!;
    const verdict = this.apply({ kind: 'result', frame: id, part: tile, generation, attempt, device });
    if (verdict === 'accepted') {
      countPart(frame, String(tile), device, result.macs);
      frame.bytes.input += result.inputBytes;
      frame.bytes.overlap += result.overlapBytes;
      frame.bytes.control += result.controlBytes;
      frame.bytes.result += bytes;
    }
    return yield* answer(VERDICT_BYTES, null);
  }

  *takeBlockResult(result: ComputedBlock, bytes: number): Process<Answer<null>> {
    const { attempt, device, frame: id, generation, member } = result;
    const verdict = this.apply({ kind: 'result', frame: id, part: member, generation, attempt, device });
    if (verdict === 'accepted') {
      const devices = this.#gangs.accepted(this.frames.get(id)!, result, bytes);
      if (devices !== null) this.apply({ kind: 'devices-left-out', devices });
      this.#predict();
    }
    return yield* answer(VERDICT_BYTES, null);
  }

  *passStrips(frame: string, attempt: number, body: DueBody, to: number, bytes: number): Process<Answer<null>> {
    const isPassed = yield* this.#gangs.pass(frame, attempt, body, to, bytes);
    if (isPassed) this.frames.get(frame)!.bytes.overlap += bytes;
    return { bytes: 0, value: null };
  }

  *poolStrips(frame: string, tile: number, offers: TileOffers, bytes: number): Process<Answer<null>> {
    if (this.has(frame)) {
      this.frames.get(frame)!.bytes.overlap += bytes;
      this.#pool.add(frame, tile, offers);
    }
    return yield* answer(0, null);
  }

  *giveStrips(frame: string, strips: readonly Strip[]): Process<Answer<readonly Strip[]>> {
    const there = this.#pool.among(frame, strips);
    const missing = strips.filter((strip) => !there.includes(strip));
    return yield* answer(this.#world.settings.sizes.strips(there, missing), there);
  }
}
