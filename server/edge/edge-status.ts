import { performance } from 'node:perf_hooks';
import type { Schemas } from '../../client/client.js';
import type { ComputeThread } from '../compute/compute-thread.js';
import type { ClusterConfig, NodeConfig } from '../config/cluster-config.js';
import { formatGrid } from '../geometry/grid.js';
import type { Network } from '../model/network.js';
import type { DrainState } from '../node/draining.js';
import { VERSION } from '../node/version.js';
import type { WirePlan } from '../node/wire/task-body.js';
import type { MedianWindow } from '../scheduling/device/median-window.js';
import type { Outcomes } from './frames/outcomes.js';
import type { OwnFrames } from './frames/own-frames.js';
import type { Registrar } from './registrar.js';
import type { EdgeBoard } from './tasks/edge-board.js';
import type { Executor } from './tasks/executor.js';
import type { ResultSender } from './tasks/result-sender.js';
import type { Stealer } from './tasks/stealer.js';

export interface EdgeStatusParts {
  readonly device: string;
  readonly config: ClusterConfig;
  readonly network: Network;
  readonly node: NodeConfig;
  readonly wirePlan: WirePlan;
  readonly compute: ComputeThread;
  readonly board: EdgeBoard;
  readonly ownFrames: OwnFrames;
  readonly executor: Executor;
  readonly stealer: Stealer;
  readonly outcomes: Outcomes;
  readonly sender: ResultSender;
  readonly tileTimes: MedianWindow;
}

const RSS_AGE_MS = 1_000;

/** What a device says of itself. */
export class EdgeStatus {
  readonly #parts: EdgeStatusParts;
  #rss = { atMs: Number.NEGATIVE_INFINITY, bytes: 0 };
  /** Where others reach it. */
  address: string;

  constructor(parts: EdgeStatusParts) {
    this.#parts = parts;
    this.address = parts.node.address;
  }

  get device(): string {
    return this.#parts.device;
  }

  identity() {
    const { compute, device, wirePlan } = this.#parts;
    const { modelDigest: model, engine } = compute;
    return { device, address: this.address, model, plan: wirePlan.digest, engine };
  }

  counters(): Schemas['DeviceCounters'] {
    const { board, executor, sender, stealer, tileTimes } = this.#parts;
    return {
      tilesRun: executor.tilesRun,
      tilesStolen: stealer.tilesStolen,
      tilesGiven: board.given,
      tileMs: tileTimes.medianMs ?? 0,
      resultMs: sender.times.medianMs ?? 0,
      rssBytes: this.#residentBytes(),
    };
  }

  /** Asking the system takes longer than the rest of a registration, of which there are several for a frame. */
  #residentBytes(): number {
    const nowMs = performance.now();
    if (nowMs - this.#rss.atMs >= RSS_AGE_MS) this.#rss = { atMs: nowMs, bytes: process.memoryUsage.rss() };
    return this.#rss.bytes;
  }

  clusterState(registrar: Registrar, drain: DrainState): Schemas['ClusterState'] {
    const { board, compute, config, device, executor, network, outcomes, ownFrames, wirePlan } = this.#parts;
    const { limits, partition, schedule } = config;
    return {
      name: config.name,
      role: 'edge',
      drain,
      version: VERSION,
      epoch: registrar.epoch,
      strategy: schedule.strategy,
      overlap: { via: config.overlap.via },
      model: { name: network.name, digest: compute.modelDigest, labels: [...network.labels] },
      engine: compute.engine,
      plan: { grid: formatGrid(partition.grid), fusedDepth: partition.fusedDepth, digest: wirePlan.digest },
      limits: { queuedFrames: limits.queuedFrames, pictureBytes: limits.pictureBytes },
      devices: [
        {
          device,
          address: this.address,
          state: drain !== 'serving' ? drain : registrar.epoch === null ? 'expected' : 'live',
          pending: board.pending,
          running: executor.busy ? 1 : 0,
          engine: compute.engine,
          counters: this.counters(),
          startedAt: registrar.startedAt,
          lastSeenAt: new Date().toISOString(),
          problem: registrar.problem,
        },
      ],
      frames: { open: ownFrames.size, complete: outcomes.complete, failed: outcomes.failed },
    };
  }
}
