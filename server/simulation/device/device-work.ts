import type { Region } from '../../geometry/region.js';
import type { Strip } from '../../geometry/reuse/tile-cut.js';
import { DeviceTurns, type TurnEffect } from '../../scheduling/device/device-turns.js';
import type { ReadyTile } from '../../scheduling/device/tile-starts.js';
import {
  type Circuit,
  CLOSED_CIRCUIT,
  circuitFailed,
  circuitSucceeded,
  tryCircuit,
} from '../../scheduling/policy/circuit-breaker.js';
import { FetchedStrips, type StripThere } from '../../scheduling/reuse/fetched-strips.js';
import { tileMs } from '../cost-model.js';
import { BlockComputer, type BlockTask } from '../gang/block-computing.js';
import { type Cancel, type Process, wait } from '../machine/kernel.js';
import { type Answer, answer } from '../world.js';
import { DeviceOffers } from './device-offers.js';
import type { DeviceParts } from './device-parts.js';
import type { TileInput, TileTask } from './device-tasks.js';

type Effect = TurnEffect<TileTask, BlockTask, StripThere, TileInput>;
type Tile = ReadyTile<TileTask, StripThere, TileInput>;
type Fetched = FetchedStrips<StripThere>;

/** Carries out what `DeviceTurns` decides: requests and computations that take simulated time. */
export class DeviceWork {
  readonly #parts: DeviceParts;
  readonly #turns: DeviceTurns<TileTask, BlockTask, StripThere, TileInput>;
  readonly #offers: DeviceOffers;
  readonly #blocks: BlockComputer;
  /** Holders that did not answer in time. */
  readonly #circuits = new Map<string, Circuit>();
  /** Of the next turn, where it is not due at once. */
  #cancelTurn: Cancel = () => {};
  #isTurnDue = false;

  constructor(parts: DeviceParts) {
    const { board, links, ownFrames, speed, startParts, world } = parts;
    this.#parts = parts;
    this.#offers = new DeviceOffers(parts);
    this.#blocks = new BlockComputer(parts);
    const hasPicture = (frame: string) => ownFrames.has(frame);
    const starts = { reuse: startParts, links, gateway: () => world.gateway.address, hasPicture };
    const rules = { board, speed, aheadMs: world.settings.aheadMs, starts };
    this.#turns = new DeviceTurns(rules, (effect) => this.#carryOut(effect));
    board.onChange(({ kind }) => this.#turns.boardChanged(kind, world.kernel.nowMs));
  }

  #carryOut(effect: Effect): void {
    const { kernel } = this.#parts.world;
    const { starts } = this.#turns;
    switch (effect.kind) {
      case 'turn':
        this.#turnIn(effect.inMs);
        return;
      case 'fetch-strips': {
        const { task, wanted } = effect;
        const asked = [...wanted].map(([address, strips]) => this.#ask(task.frame, address, strips));
        kernel.all(asked)((came) => {
          const strips = came.reduce((all, some) => all.with(some), new FetchedStrips<StripThere>());
          starts.stripsCame(task, strips, kernel.nowMs);
        });
        return;
      }
      case 'fetch-input': {
        const { region, task } = effect;
        kernel.spawn(this.#fetchInput(task.frame, region), (isThere) => {
          starts.inputCame(task, isThere ? { region } : 'ended', kernel.nowMs);
        });
        return;
      }
      case 'compute':
        kernel.spawn(this.#compute(effect.tile));
        return;
      case 'give-up':
        if (effect.why instanceof Error) throw effect.why;
        this.#parts.board.finished(effect.task);
        return;
      case 'run-part':
        kernel.spawn(this.#runBlock(effect.task), () => this.#turns.partDone());
        return;
    }
  }

  /** In place of an earlier one that is not due yet. */
  #turnIn(ms: number): void {
    const { kernel } = this.#parts.world;
    this.#cancelTurn();
    if (ms > 0) this.#cancelTurn = kernel.at(kernel.nowMs + ms, () => this.#turnIn(0));
    else if (!this.#isTurnDue) {
      this.#isTurnDue = true;
      kernel.settled()(() => {
        this.#isTurnDue = false;
        this.#turns.turn(kernel.nowMs);
      });
    }
  }

  *#fetchInput(frame: string, region: Region): Process<boolean> {
    const { host, links, world } = this.#parts;
    const { gateway, kernel, settings, wire } = world;
    const startedMs = kernel.nowMs;
    const bytes = settings.sizes.picture(frame, region);
    const isThere = yield* wire.request(host, gateway, 0, () => answer(bytes, gateway.has(frame)));
    links.add(gateway.address, bytes, kernel.nowMs - startedMs);
    return isThere;
  }

  *#ask(frame: string, address: string, strips: readonly Strip[]): Process<Fetched> {
    const { host, links, world } = this.#parts;
    const { kernel, settings, wire } = world;
    const startedMs = kernel.nowMs;
    const { circuit, isAllowed } = tryCircuit(this.#circuits.get(address) ?? CLOSED_CIRCUIT, startedMs);
    this.#circuits.set(address, circuit);
    if (!isAllowed) return new FetchedStrips();
    const holder = world.at(address);
    const request = wire.request(host, holder, 0, () => holder.giveStrips(frame, strips));
    const there = yield* wait(kernel.within(settings.strips.timeoutMs, request));
    if (there === null) {
      this.#circuits.set(address, circuitFailed(circuit, settings.strips.circuit, kernel.nowMs, world.random()));
      return new FetchedStrips();
    }
    this.#circuits.set(address, circuitSucceeded());
    const missing = strips.filter((strip) => !there.includes(strip));
    const bytes = settings.sizes.strips(there, missing);
    links.add(address, bytes, kernel.nowMs - startedMs);
    return new FetchedStrips(
      there.map((strip) => [strip, strip]),
      bytes,
    );
  }

  *#compute(tile: Tile): Process {
    const { host, processor, world } = this.#parts;
    const { costs, plan, sizes } = world.settings;
    const { cut, task } = tile;
    const { macs } = cut;
    const computeMs = yield* wait(processor.compute(tileMs(costs, plan, cut)));
    const noticeBytes = this.#offers.keep(task, tile);
    const { attempt, frame, generation, inputBytes, tile: tileId, transferMs } = task;
    const result = {
      ...{ frame, tile: tileId, generation, attempt, device: host.id, ...tile.costs, transferMs, computeMs },
      ...{ inputBytes, macs, controlBytes: task.controlBytes + noticeBytes },
    };
    const bytes = sizes.result(result);
    this.#send(task, bytes, () => world.gateway.takeResult(result, bytes));
    this.#turns.computed(tile, { computeMs, macs }, world.kernel.nowMs);
  }

  *#runBlock(task: BlockTask): Process {
    const { board, world } = this.#parts;
    const result = yield* this.#blocks.run(task);
    if (result === null) {
      board.finished(task);
      return;
    }
    const bytes = this.#blocks.resultBytes(task.work, result);
    this.#send(task, bytes, () => world.gateway.takeBlockResult(result, bytes));
  }

  #send(task: TileTask | BlockTask, bytes: number, take: () => Process<Answer<null>>): void {
    const { host, resultTimes, world } = this.#parts;
    const { gateway, kernel, wire } = world;
    const startedMs = kernel.nowMs;
    this.#turns.sends();
    kernel.spawn(wire.request(host, gateway, bytes, take), () => {
      resultTimes.add(kernel.nowMs - startedMs);
      this.#turns.sent(task);
    });
  }
}
