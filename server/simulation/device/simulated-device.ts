import type { DueBody } from '../../geometry/gang/gang-blocks.js';
import type { Region } from '../../geometry/region.js';
import type { Side } from '../../geometry/reuse/neighbours.js';
import { cutTile, type Strip } from '../../geometry/reuse/tile-cut.js';
import type { TileOffers } from '../../geometry/reuse/tile-offer.js';
import { givenWay } from '../../scheduling/device/device-tile.js';
import { taskReuse } from '../../scheduling/reuse/task-reuse.js';
import type { Holder } from '../../scheduling/reuse/tile-reuse.js';
import { NO_REUSE } from '../../scheduling/reuse/tile-reuse.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { SentTask } from '../body-sizes.js';
import { type Process, wait } from '../machine/kernel.js';
import type { Processor } from '../machine/processor.js';
import type { SimulatedDeviceSettings } from '../simulation-settings.js';
import { type Answer, answer, type BlockWork, type DeviceDoor, type StolenTask, type World } from '../world.js';
import { DeviceParts } from './device-parts.js';
import { registering } from './device-registrar.js';
import { startStealing } from './device-stealer.js';
import type { TileTask } from './device-tasks.js';
import { DeviceWork } from './device-work.js';

/** An edge device: the decisions of a real one, with simulated requests and computation. */
export class SimulatedDevice implements DeviceDoor {
  readonly id: string;
  readonly address: string;
  readonly #parts: DeviceParts;

  /**
   * @param offset of its heartbeats and of its quota's periods, 0 to 1.
   * @param processor where it shares one with another node.
   */
  constructor(world: World, settings: SimulatedDeviceSettings, offset: number, processor?: Processor) {
    this.id = settings.id;
    this.address = settings.address;
    this.#parts = new DeviceParts(world, settings, this, offset, processor);
  }

  get processor(): Processor {
    return this.#parts.processor;
  }

  start({ steals } = { steals: true }): void {
    const { kernel } = this.#parts.world;
    kernel.spawn(registering(this.#parts));
    new DeviceWork(this.#parts);
    if (steals) startStealing(this.#parts);
  }

  *takeFrame(frame: string, attempt: number): Process<Answer<null>> {
    const { board, book, ownFrames, processor, world } = this.#parts;
    const { costs, plan, strategy } = world.settings;
    yield* wait(processor.background(costs.letterboxMs + costs.frameMs));
    ownFrames.add(frame);
    const { placement, reuse } = strategyNamed(strategy);
    if (reuse === 'overlap') book.open(frame);
    if (placement === 'gateway') return { bytes: 0, value: null };
    const carried = { input: null, reuse: NO_REUSE, ...givenWay(world.kernel.nowMs) };
    const tasks = plan.tiles.map(({ tileId }): TileTask => {
      const key = { frame, tile: tileId, generation: 1, attempt };
      return { kind: 'tile', ...key, source: this.id, strategy, ...carried };
    });
    board.enqueue(tasks.filter((task) => !board.has(task)));
    return { bytes: 0, value: null };
  }

  *takeTile(sent: SentTask, input: Region, bytes: number): Process<Answer<boolean>> {
    const { board, world } = this.#parts;
    const way = givenWay(world.kernel.nowMs, bytes);
    const task: TileTask = { kind: 'tile', ...sent, input: { region: input }, ...way };
    const there = board.has(task);
    const taken =
      there || (strategyNamed(sent.strategy).nextTask === 'steal' ? board.enqueue([task]) : board.share(task));
    return yield* answer(QUEUED_BYTES, taken);
  }

  *takeBlock(work: BlockWork, bytes: number): Process<Answer<boolean>> {
    const { board, inbox, world } = this.#parts;
    const { attempt, frame, generation, member } = work.task;
    const key = { kind: 'block' as const, frame, tile: member, generation, attempt };
    const task = { ...key, work, taskBytes: bytes, arrivedMs: world.kernel.nowMs };
    inbox.keepOnly(frame, attempt);
    return yield* answer(QUEUED_BYTES, board.has(task) || board.share(task));
  }

  *takeStrips(frame: string, attempt: number, body: DueBody, asks = false): Process<Answer<boolean>> {
    const { inbox, world } = this.#parts;
    if (!world.gateway.has(frame)) return { bytes: 0, value: false };
    inbox.put(frame, attempt, body);
    const bytes = asks ? yield* inbox.ask(frame, attempt, body.from, body.stage) : 0;
    return { bytes, value: bytes > 0 };
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
    const input = task.input?.region ?? cutTile(plan, tile, reuse.offers).input;
    const bytes = sizes.task(sent, input);
    return { bytes, value: { task: sent, input, bytes } };
  }

  *hearOffers(frame: string, tile: number, offers: TileOffers, holder: Holder): Process<Answer<readonly Side[]>> {
    const sides = this.#parts.book.offered(frame, tile, offers, holder) ?? [];
    return yield* answer(JSON.stringify({ sides }).length, sides);
  }

  *giveStrips(frame: string, strips: readonly Strip[]): Process<Answer<readonly Strip[]>> {
    const { pool, world } = this.#parts;
    const there = pool.among(frame, strips);
    const missing = strips.filter((strip) => !there.includes(strip));
    return yield* answer(world.settings.sizes.strips(there, missing), there);
  }
}

const QUEUED_BYTES = 19;
