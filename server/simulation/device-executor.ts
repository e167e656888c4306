import { sliceMacsOf } from '../geometry/bodp-plan.js';
import { RESULTS_IN_FLIGHT } from '../scheduling/device-pace.js';
import { layerMs, tileMs } from './cost-model.js';
import { keepOffers } from './device-keeper.js';
import type { DeviceParts, RunningTile } from './device-parts.js';
import { DevicePreparer, type PreparedTile } from './device-preparer.js';
import type { SliceTask, TileTask } from './device-tasks.js';
import { Latch, type Process, Signal, wait } from './kernel.js';
import type { Answer } from './world.js';

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
      yield* wait(world.kernel.settled());
      const task = board.takeNext();
      if (task === null) {
        if (this.#parts.running === null) yield* wait(changed.next());
        else yield* wait(this.#parts.running.handled.done());
      } else if (task.kind === 'tile') {
        yield* this.#runTile(task);
      } else {
        if (this.#parts.running !== null) yield* wait(this.#parts.running.handled.done());
        yield* this.#runSlice(task);
      }
    }
  }

  #lookAhead(): void {
    const { board, running } = this.#parts;
    const next = board.nextStolen;
    if (running !== null && next !== null) this.#preparer.fetchAhead(next, running);
  }

  *#runTile(task: TileTask): Process {
    const { board, usualTile, world } = this.#parts;
    const { kernel } = world;
    const startedMs = kernel.nowMs;
    const waitMs = startedMs - task.arrivedMs;
    const before = this.#parts.running;
    const prepared = yield* this.#preparer.prepare(task, before);
    if (prepared === null) {
      board.finished(task);
      return;
    }
    const handled = new Latch();
    const overlapMs = kernel.nowMs - startedMs;
    kernel.spawn(this.#handle(task, prepared, { waitMs, overlapMs }), () => {
      if (this.#parts.running?.handled === handled) this.#parts.running = null;
      handled.set();
    });
    if (before !== null) yield* wait(before.handled.done());
    const { medianMs } = usualTile;
    const endMs = medianMs === null ? null : kernel.nowMs + medianMs;
    this.#parts.running = { ...prepared, endMs, handled };
    this.#lookAhead();
    yield* this.#almostDone(this.#parts.running);
  }

  *#almostDone({ endMs, handled }: RunningTile): Process {
    const { kernel, settings } = this.#parts.world;
    if (endMs === null || settings.aheadMs === null) yield* wait(handled.done());
    else yield* wait(kernel.within(endMs - settings.aheadMs - kernel.nowMs, wait(handled.done())));
  }

  *#handle(task: TileTask, tile: PreparedTile, times: { waitMs: number; overlapMs: number }): Process {
    const { host, processor, speed, usualTile, world } = this.#parts;
    const { costs, plan, sizes } = world.settings;
    const macs = tile.cut.macs;
    const computeMs = yield* wait(processor.compute(tileMs(costs, plan, tile.cut)));
    const noticeBytes = keepOffers(this.#parts, task, tile);
    usualTile.add(computeMs);
    speed.add(macs, computeMs);
    const { attempt, frame, inputBytes, tile: tileId, transferMs } = task;
    const result = {
      ...{ frame, tile: tileId, attempt, device: host.id, ...times, transferMs, computeMs, inputBytes, macs },
      overlapBytes: tile.overlapBytes,
      controlBytes: task.controlBytes + noticeBytes,
    };
    const bytes = sizes.result(result);
    this.#send(task, bytes, () => world.gateway.takeResult(result, bytes));
  }

  *#runSlice(task: SliceTask): Process {
    const { host, processor, world } = this.#parts;
    const { costs, plan, sizes } = world.settings;
    const { attempt, frame, layer, taskBytes, tile: slice } = task;
    const { input, task: sent } = task.work;
    const waitMs = world.kernel.nowMs - task.arrivedMs;
    const macs = sliceMacsOf(plan, layer, sent.output);
    const workMs = macs > 0 || sent.publish.length > 0 ? layerMs(costs, plan.layers, layer, input, sent.output) : 0;
    const computeMs = yield* wait(processor.compute(workMs));
    const result = { frame, slice, layer, attempt, device: host.id, waitMs, computeMs, taskBytes, macs };
    const bytes = sizes.rows(result, sent.publish);
    this.#send(task, bytes, () => world.gateway.takeRows(result, bytes));
  }

  #send(task: TileTask | SliceTask, bytes: number, take: () => Process<Answer<null>>): void {
    const { board, host, usualResult, world } = this.#parts;
    const startedMs = world.kernel.nowMs;
    this.#inFlight++;
    world.kernel.spawn(world.wire.request(host, world.gateway, bytes, take), () => {
      this.#inFlight--;
      usualResult.add(world.kernel.nowMs - startedMs);
      this.#sent.give();
      board.finished(task);
    });
  }
}
