import { sliceMacsOf } from '../../geometry/modnn/bodp-plan.js';
import { RESULTS_IN_FLIGHT } from '../../scheduling/device/device-pace.js';
import { layerMs, tileMs } from '../cost-model.js';
import { Latch, type Process, Signal, wait } from '../machine/kernel.js';
import type { Answer } from '../world.js';
import { keepOffers } from './device-offers.js';
import type { DeviceParts, TileInThread } from './device-parts.js';
import { DevicePreparer, type PreparedTile } from './device-preparer.js';
import type { SliceTask, TileTask } from './device-tasks.js';

/** Computes the device's tasks, one at a time; results travel while the next one is computed. */
export function* executing(parts: DeviceParts): Process {
  yield* new DeviceExecutor(parts).work();
}

class DeviceExecutor {
  readonly #parts: DeviceParts;
  readonly #preparer: DevicePreparer;
  readonly #sent = new Signal();
  #inFlight = 0;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
    this.#preparer = new DevicePreparer(parts);
    parts.board.onChange(() => this.#lookAhead());
  }

  *work(): Process {
    const { board, changed, world } = this.#parts;
    for (;;) {
      while (this.#inFlight >= RESULTS_IN_FLIGHT) yield* wait(this.#sent.next());
      yield* this.#roomInThread();
      yield* wait(world.kernel.settled());
      const task = board.takeNext();
      if (task === null) {
        const { first } = this.#parts.underWay;
        if (first === null) yield* wait(changed.next());
        else yield* wait(world.kernel.first([first.handled.done(), changed.next()]));
      } else if (task.kind === 'tile') {
        yield* this.#runTile(task);
      } else {
        for (const { handled } of [...this.#parts.underWay.tiles]) yield* wait(handled.done());
        yield* this.#runSlice(task);
      }
    }
  }

  #lookAhead(): void {
    const { board, underWay } = this.#parts;
    const next = board.nextStolen;
    if (underWay.tiles.length > 0 && next !== null) this.#preparer.fetchAhead(next, underWay.tiles);
  }

  *#runTile(task: TileTask): Process {
    const { board, underWay, world } = this.#parts;
    const { kernel } = world;
    const startedMs = kernel.nowMs;
    const waitMs = startedMs - task.arrivedMs;
    const prepared = yield* this.#preparer.prepare(task, underWay.tiles);
    if (prepared === null) {
      board.finished(task);
      return;
    }
    const inThread: TileInThread = { ...prepared, handled: new Latch() };
    const overlapMs = kernel.nowMs - startedMs;
    underWay.add(inThread, kernel.nowMs);
    kernel.spawn(this.#handle(task, prepared, { waitMs, overlapMs }), () => {
      underWay.remove(inThread, kernel.nowMs);
      inThread.handled.set();
    });
    this.#lookAhead();
  }

  /** Waits until the compute thread is to have one more tile. */
  *#roomInThread(): Process {
    const { underWay, speed, world } = this.#parts;
    for (;;) {
      const { first } = underWay;
      const leftMs = underWay.nextInMs(speed.medianTileMs, world.kernel.nowMs);
      if (first === null || leftMs <= 0) return;
      if (leftMs === Number.POSITIVE_INFINITY) yield* wait(first.handled.done());
      else yield* wait(world.kernel.within(leftMs, wait(first.handled.done())));
    }
  }

  *#handle(task: TileTask, tile: PreparedTile, times: { waitMs: number; overlapMs: number }): Process {
    const { host, processor, speed, world } = this.#parts;
    const { costs, plan, sizes } = world.settings;
    const macs = tile.cut.macs;
    const computeMs = yield* wait(processor.compute(tileMs(costs, plan, tile.cut)));
    const noticeBytes = keepOffers(this.#parts, task, tile);
    speed.add(macs, computeMs);
    const { attempt, frame, generation, inputBytes, tile: tileId, transferMs } = task;
    const result = {
      ...{
        frame,
        tile: tileId,
        generation,
        attempt,
        device: host.id,
        ...times,
        transferMs,
        computeMs,
        inputBytes,
        macs,
      },
      overlapBytes: tile.overlapBytes,
      controlBytes: task.controlBytes + noticeBytes,
    };
    const bytes = sizes.result(result);
    this.#send(task, bytes, () => world.gateway.takeResult(result, bytes));
  }

  *#runSlice(task: SliceTask): Process {
    const { host, processor, world } = this.#parts;
    const { costs, plan, sizes } = world.settings;
    const { attempt, frame, generation, layer, taskBytes, tile: slice } = task;
    const { input, task: sent } = task.work;
    const waitMs = world.kernel.nowMs - task.arrivedMs;
    const chain = plan.chain!;
    const macs = sliceMacsOf(chain, layer, sent.output);
    const workMs = macs > 0 || sent.publish.length > 0 ? layerMs(costs, chain, layer, input, sent.output) : 0;
    const computeMs = yield* wait(processor.compute(workMs));
    const result = { frame, slice, layer, generation, attempt, device: host.id, waitMs, computeMs, taskBytes, macs };
    const bytes = sizes.rows(result, sent.publish);
    this.#send(task, bytes, () => world.gateway.takeRows(result, bytes));
  }

  #send(task: TileTask | SliceTask, bytes: number, take: () => Process<Answer<null>>): void {
    const { board, host, resultTimes, world } = this.#parts;
    const startedMs = world.kernel.nowMs;
    this.#inFlight++;
    world.kernel.spawn(world.wire.request(host, world.gateway, bytes, take), () => {
      this.#inFlight--;
      resultTimes.add(world.kernel.nowMs - startedMs);
      this.#sent.give();
      board.finished(task);
    });
  }
}
