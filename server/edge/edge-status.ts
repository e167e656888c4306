import { performance } from 'node:perf_hooks';
import type { Schemas } from '../../client/client.js';
import type { ComputeThread } from '../compute/compute-thread.js';
import type { ClusterConfig } from '../config/cluster-config.js';
import { formatGrid } from '../geometry/grid.js';
import type { Network } from '../model/network.js';
import type { DrainState } from '../node/draining.js';
import { VERSION } from '../node/version.js';
import type { EdgeDevice } from './device/edge-device.js';
import type { DeviceFrames } from './frames/device-frames.js';
import type { EdgeTasks } from './tasks/edge-tasks.js';

export interface EdgeStatusParts {
  readonly edge: EdgeDevice;
  readonly config: ClusterConfig;
  readonly network: Network;
  readonly compute: ComputeThread;
  readonly tasks: EdgeTasks;
  readonly frames: DeviceFrames;
}

/** What a device knows of its registration with the gateway. */
interface Registration {
  /** Of the gateway; null until it took this device. */
  readonly epoch: string | null;
  /** Of this process, epoch ms. */
  readonly startedAt: number;
  /** Why the gateway does not take this device; null when it does. */
  readonly problem: string | null;
}

const RSS_AGE_MS = 1_000;

/** What a device says of itself. */
export class EdgeStatus {
  readonly #parts: EdgeStatusParts;
  #rss = { atMs: Number.NEGATIVE_INFINITY, bytes: 0 };

  constructor(parts: EdgeStatusParts) {
    this.#parts = parts;
  }

  identity() {
    const { compute, edge } = this.#parts;
    const { modelDigest: model, engine } = compute;
    return { ...edge.self, model, plan: edge.wirePlan.digest, engine };
  }

  counters(): Schemas['DeviceCounters'] {
    return { ...this.#parts.tasks.counters(), rssBytes: this.#residentBytes() };
  }

  /** Asking the system takes longer than the rest of a registration, of which there are several for a frame. */
  #residentBytes(): number {
    const nowMs = performance.now();
    if (nowMs - this.#rss.atMs >= RSS_AGE_MS) this.#rss = { atMs: nowMs, bytes: process.memoryUsage.rss() };
    return this.#rss.bytes;
  }

  /** @param registration as the gateway last answered it. */
  clusterState(registration: Registration, drain: DrainState): Schemas['ClusterState'] {
    const { compute, config, edge, frames, network, tasks } = this.#parts;
    const { limits, partition, schedule } = config;
    return {
      name: config.name,
      role: 'edge',
      drain,
      version: VERSION,
      epoch: registration.epoch,
      strategy: schedule.strategy,
      overlap: { via: config.overlap.via },
      model: {
        ...{ name: network.name, digest: compute.modelDigest, labels: [...network.labels] },
        threshold: config.model.threshold,
      },
      engine: compute.engine,
      plan: {
        grid: formatGrid(partition.grid),
        fusedDepth: edge.wirePlan.plan.stage.layers,
        digest: edge.wirePlan.digest,
      },
      limits: { queuedFrames: limits.queuedFrames, pictureBytes: limits.pictureBytes },
      devices: [
        {
          ...edge.self,
          state: drain !== 'serving' ? drain : registration.epoch === null ? 'expected' : 'live',
          pending: tasks.board.pending,
          running: tasks.isComputing ? 1 : 0,
          engine: compute.engine,
          counters: this.counters(),
          startedAt: new Date(registration.startedAt).toISOString(),
          lastSeenAt: new Date().toISOString(),
          problem: registration.problem,
        },
      ],
      frames: { open: frames.own.size, ...frames.outcomes.counts },
    };
  }
}
