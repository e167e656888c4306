import type { Region } from '../../geometry/region.js';
import type { Side } from '../../geometry/reuse/neighbours.js';
import { cutTile, type Strip } from '../../geometry/reuse/tile-cut.js';
import { onlySides, type TileOffers } from '../../geometry/reuse/tile-offer.js';
import { taskReuse } from '../../scheduling/reuse/task-reuse.js';
import type { Holder } from '../../scheduling/reuse/tile-reuse.js';
import { NO_REUSE } from '../../scheduling/reuse/tile-reuse.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { SentTask } from '../body-sizes.js';
import type { SliceWork } from '../gateway/layer-turns.js';
import { type Process, wait } from '../machine/kernel.js';
import type { Processor } from '../machine/processor.js';
import type { SimulatedDeviceSettings } from '../simulation-settings.js';
import { type Answer, answer, type DeviceDoor, type StolenTask, type World } from '../world.js';
import { executing } from './device-executor.js';
import { DeviceParts } from './device-parts.js';
import { registering } from './device-registrar.js';
import { startStealing } from './device-stealer.js';
import type { TileTask } from './device-tasks.js';

/** An edge device: the decisions of a real one, with simulated requests and computation. */
export class SimulatedDevice implements DeviceDoor {
  readonly id: string;
  readonly address: string;
  readonly #parts: DeviceParts;

  /** @param offset of its heartbeats and of its quota's periods, 0 to 1. */
  constructor(world: World, settings: SimulatedDeviceSettings, offset: number) {
    this.id = settings.id;
    this.address = settings.address;
    this.#parts = new DeviceParts(world, settings, this, offset);
  }

  get processor(): Processor {
    return this.#parts.processor;
  }

  start(): void {
    const { kernel } = this.#parts.world;
    kernel.spawn(registering(this.#parts));
    kernel.spawn(executing(this.#parts));
    startStealing(this.#parts);
  }

  *takeFrame(frame: string, attempt: number): Process<Answer<null>> {
    const { board, book, ownFrames, processor, world } = this.#parts;
    const { costs, plan, strategy } = world.settings;
    yield* wait(processor.background(costs.letterboxMs + costs.frameMs));
    ownFrames.add(frame);
    const { placement, reuse } = strategyNamed(strategy);
    if (reuse === 'overlap') book.open(frame);
    if (placement === 'gateway') return { bytes: 0, value: null };
    const arrivedMs = world.kernel.nowMs;
    const tasks = plan.tiles.map(({ tileId }): TileTask => {
      const carried = { input: null, reuse: NO_REUSE, inputBytes: 0, controlBytes: 0, transferMs: 0, victim: null };
      const key = { frame, tile: tileId, generation: 1, attempt };
      return { kind: 'tile', ...key, source: this.id, arrivedMs, ...carried };
    });
    board.enqueue(tasks.filter((task) => !board.has(task)));
    return { bytes: 0, value: null };
  }

  *takeTile(sent: SentTask, input: Region, bytes: number): Process<Answer<boolean>> {
    const { board, world } = this.#parts;
    const { attempt, frame, generation, reuse, source, tile } = sent;
    const task: TileTask = {
      ...{ kind: 'tile', frame, tile, generation, attempt, source, reuse, input, inputBytes: bytes },
      ...{ controlBytes: 0, transferMs: 0, arrivedMs: world.kernel.nowMs, victim: null },
    };
    const there = board.has(task);
    const taken =
      there || (strategyNamed(sent.strategy).nextTask === 'steal' ? board.enqueue([task]) : board.share(task));
    return yield* answer(QUEUED_BYTES, taken);
  }

  *takeSlice(work: SliceWork, bytes: number): Process<Answer<boolean>> {
    const { board, world } = this.#parts;
    const { attempt, frame, generation, layer, slice } = work.task;
    const key = { kind: 'slice' as const, frame, tile: slice, layer, generation, attempt };
    const task = { ...key, work, taskBytes: bytes, arrivedMs: world.kernel.nowMs };
    return yield* answer(QUEUED_BYTES, board.has(task) || board.share(task));
  }

  *hearOutcome(frame: string): Process<Answer<null>> {
    this.#parts.forget(frame);
    return yield* answer(0, null);
  }

  *handOut(thief: string, sequence: number): Process<Answer<StolenTask | null>> {
    const { parts, world } = { parts: this.#parts, world: this.#parts.world };
    yield* wait(world.kernel.settled());
    const task = parts.board.handOut(thief, sequence);
    if (task === null) return { bytes: 0, value: null };
    const { plan, sizes, strategy } = world.settings;
    const reuse = task.input === null ? taskReuse(parts.reuseParts, task, thief) : task.reuse;
    const { attempt, frame, generation, source, tile } = task;
    const sent: SentTask = { frame, tile, generation, attempt, source, strategy, reuse };
    const input = task.input ?? cutTile(plan, tile, reuse.offers).input;
    const bytes = sizes.task(sent, input);
    return { bytes, value: { task: sent, input, bytes } };
  }

  *hearOffers(frame: string, tile: number, offers: TileOffers, holder: Holder): Process<Answer<readonly Side[]>> {
    const { book } = this.#parts;
    const sides = book.queuedSides(frame, tile).filter((side) => offers[side] !== undefined);
    if (book.has(frame)) book.finished(frame, tile, onlySides(offers, sides), holder);
    return yield* answer(JSON.stringify({ sides }).length, book.has(frame) ? sides : []);
  }

  *giveStrips(frame: string, strips: readonly Strip[]): Process<Answer<readonly Strip[]>> {
    const { pool, world } = this.#parts;
    const there = strips.filter(({ map, producer, region, side }) => pool.has(frame, producer, side, map, region));
    const missing = strips.filter((strip) => !there.includes(strip));
    return yield* answer(world.settings.sizes.strips(there, missing), there);
  }
}

const QUEUED_BYTES = 19;
