import { performance } from 'node:perf_hooks';
import type { ComputeThread } from '../../compute/compute-thread.js';
import type { TileResult } from '../../compute/messages.js';
import type { EventLog } from '../../node/observe/event-log.js';
import type { Logger } from '../../node/observe/logger.js';
import type { NodeMetrics } from '../../node/observe/metrics.js';
import type { PeerClients } from '../../node/peers/peer-clients.js';
import { encodeResultBody, type ResultBody } from '../../node/wire/result-body.js';
import { encodeSliceResult } from '../../node/wire/slice-body.js';
import type { WirePlan } from '../../node/wire/task-body.js';
import type { ComputeSpeed } from '../../scheduling/device/compute-speed.js';
import { AHEAD_MS } from '../../scheduling/device/device-pace.js';
import type { MedianWindow } from '../../scheduling/device/median-window.js';
import { TilesUnderWay } from '../../scheduling/device/tiles-under-way.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import { allFinite } from '../../tensor/all-finite.js';
import type { MapType } from '../../tensor/map-tensor.js';
import type { EdgeBoard } from './edge-board.js';
import type { EdgeTask } from './edge-task.js';
import { handBackTask } from './hand-back.js';
import type { OfferKeeper } from './offer-keeper.js';
import type { ResultSender } from './result-sender.js';
import type { SliceRunner } from './slice-runner.js';
import type { SliceTask } from './slice-task.js';
import type { RunningTile, TilePreparer } from './tile-preparer.js';

export interface ExecutorParts {
  readonly device: string;
  readonly board: EdgeBoard;
  readonly compute: ComputeThread;
  readonly wirePlan: WirePlan;
  /** How feature maps are sent. */
  readonly maps: MapType;
  /** Whether results say whose strips they used, for those who compare them. */
  readonly namesStrips: boolean;
  readonly preparer: TilePreparer;
  readonly slices: SliceRunner;
  readonly keeper: OfferKeeper;
  readonly sender: ResultSender;
  readonly peers: PeerClients;
  readonly tileTimes: MedianWindow;
  readonly speed: ComputeSpeed;
  readonly events: EventLog;
  readonly metrics: NodeMetrics;
  readonly log: Logger;
}

/** Changes of the board after which there may be a task to begin. */
const BRINGS_WORK: ReadonlySet<string> = new Set(['queued', 'stolen', 'shared', 'handed-back', 'opened']);
const NOT_FINITE =
  "this device computed values that are not finite (NaN or infinite): check its memory and its model's files";

/** A tile that the compute thread has. */
interface TileInThread extends RunningTile {
  /** Resolves when it has been computed and its result is on its way, or it failed. */
  readonly handled: Promise<void>;
}

/** Computes this device's tasks, one at a time; results are sent while the next one is computed. */
export class Executor {
  readonly #parts: ExecutorParts;
  readonly #underWay = new TilesUnderWay<TileInThread>(AHEAD_MS);
  #busy = false;
  /** Ends the wait for a task. */
  #changed: () => void = () => {};
  #stopped = false;
  #tilesRun = 0;

  constructor(parts: ExecutorParts) {
    this.#parts = parts;
  }

  get busy(): boolean {
    return this.#busy;
  }

  get tilesRun(): number {
    return this.#tilesRun;
  }

  start(): void {
    this.#parts.board.onChange(({ kind }) => {
      this.#lookAhead();
      if (!BRINGS_WORK.has(kind)) return;
      this.#changed();
      void this.#work();
    });
    void this.#work();
  }

  /** Begins nothing more. */
  stop(): void {
    this.#stopped = true;
  }

  /** While a tile is computed, strips of the next one travel. */
  #lookAhead(): void {
    const { tiles } = this.#underWay;
    const next = this.#parts.board.nextStolen;
    if (tiles.length > 0 && next !== null) this.#parts.preparer.fetchAhead(next, tiles);
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    const { board, sender } = this.#parts;
    for (;;) {
      await sender.room();
      await this.#roomInThread();
      if (this.#stopped) break;
      const task = board.takeNext();
      const { first } = this.#underWay;
      if (task === null) {
        if (first === null) break;
        await Promise.race([first.handled, this.#change()]);
      } else if (task.kind === 'tile') {
        await this.#runTile(task);
      } else {
        await Promise.all(this.#underWay.tiles.map(({ handled }) => handled));
        await this.#runSlice(task);
      }
    }
    this.#busy = false;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = resolve;
    });
  }

  /** Waits until the compute thread is to have one more tile. */
  async #roomInThread(): Promise<void> {
    for (;;) {
      const { first } = this.#underWay;
      const leftMs = this.#underWay.nextInMs(this.#parts.tileTimes.medianMs, performance.now());
      if (first === null || leftMs <= 0) return;
      await withinMs(leftMs, first.handled);
    }
  }

  async #runSlice(task: SliceTask): Promise<void> {
    const { board, log, maps, metrics, sender, slices, wirePlan } = this.#parts;
    const { frame, slice, layer, attempt } = task;
    const facts = { frame, slice, layer, attempt };
    const waitMs = performance.now() - task.arrivedMs;
    if (slices.isPast(task)) {
      log.debug(facts, 'layer of a slice is past');
      board.finished(task);
      return;
    }
    try {
      const result = await slices.run(task, waitMs);
      metrics.tileWait.observe(waitMs / 1000);
      log.debug({ ...facts, computeMs: result.computeMs, waitMs }, 'layer of a slice computed');
      sender.send(task, () => encodeSliceResult(wirePlan, result, maps));
    } catch (error) {
      // The gateway sees that nobody lists the slice any more, and begins the frame again.
      if (!this.#stopped) log.error({ ...facts, err: error }, 'layer of a slice could not be computed');
      board.finished(task);
    }
  }

  /** Gets a tile ready and gives it to the compute thread. */
  async #runTile(task: EdgeTask): Promise<void> {
    const { board, compute, device, log, peers, preparer } = this.#parts;
    const facts = { frame: task.frame, tile: task.tile, attempt: task.attempt };
    const waitMs = performance.now() - task.arrivedMs;
    try {
      const startedMs = performance.now();
      const prepared = await preparer.prepare(task, this.#underWay.tiles);
      const overlapMs = performance.now() - startedMs;
      if (prepared.kind !== 'ready') {
        if (prepared.kind === 'ended') log.debug(facts, 'tile dropped: its frame has ended');
        else if (!(await handBackTask(task, device, peers, log))) board.giveBack([task]);
        board.finished(task);
        return;
      }
      const { kind: _, overlapBytes, ...tile } = prepared;
      const handled = this.#handle(task, tile, compute.runTile(tile.job), { waitMs, overlapMs, overlapBytes });
      const inThread: TileInThread = {
        ...tile,
        handled: handled.finally(() => this.#underWay.remove(inThread, performance.now())),
      };
      this.#underWay.add(inThread, performance.now());
      this.#lookAhead();
    } catch (error) {
      this.#failed(task, error);
    }
  }

  async #handle(
    task: EdgeTask,
    tile: RunningTile,
    computed: Promise<TileResult>,
    { waitMs, overlapMs, overlapBytes }: Pick<ResultBody, 'waitMs' | 'overlapMs' | 'overlapBytes'>,
  ): Promise<void> {
    const { device, events, keeper, log, maps, metrics, namesStrips, sender, speed, tileTimes, wirePlan } = this.#parts;
    const facts = { frame: task.frame, tile: task.tile, attempt: task.attempt };
    try {
      const { data, computeMs, macs } = await computed;
      const areFinite = [{ data }, ...tile.kept].every((values) => allFinite(values.data));
      // The gateway refuses the result and names this device; neighbours get nothing of it.
      if (!areFinite) log.error(facts, NOT_FINITE);
      const offered = areFinite ? tile : { ...tile, kept: [] };
      const noticeBytes = strategyNamed(task.strategy).reuse === 'overlap' ? keeper.keep(task, offered) : 0;
      this.#tilesRun++;
      tileTimes.add(computeMs);
      speed.add(macs, computeMs);
      metrics.tileWait.observe(waitMs / 1000);
      metrics.tileCompute.observe(computeMs / 1000);
      events.publish('tile', { ...facts, event: 'done', device });
      log.debug({ ...facts, computeMs, waitMs }, 'tile computed');
      const result = {
        ...facts,
        generation: task.generation,
        device,
        inputDigest: task.inputDigest,
        output: data,
        waitMs,
        transferMs: task.transferMs,
        overlapMs,
        computeMs,
        inputBytes: task.inputBytes,
        overlapBytes,
        controlBytes: task.controlBytes + noticeBytes,
        macs,
        strips: namesStrips ? [...new Set(tile.cut.strips.map(({ producer }) => producer))] : null,
      };
      sender.send(task, () => encodeResultBody(wirePlan, result, maps));
    } catch (error) {
      this.#failed(task, error);
    }
  }

  /** The gateway sees that nobody lists the tile any more, and has it run elsewhere. */
  #failed(task: EdgeTask, error: unknown): void {
    const { board, log } = this.#parts;
    const facts = { frame: task.frame, tile: task.tile, attempt: task.attempt };
    if (!this.#stopped) log.error({ ...facts, err: error }, 'tile could not be computed');
    board.finished(task);
  }
}

/** Waits for a promise, but no longer than that; an infinite time is none. */
async function withinMs(ms: number, done: Promise<void>): Promise<void> {
  if (ms === Number.POSITIVE_INFINITY) return done;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([done, late]);
  clearTimeout(timer);
}
