import type { ClusterConfig } from '../../config/cluster-config.js';
import { GATEWAY_ID } from '../../config/defaults.js';
import { wholeMap } from '../../geometry/region.js';
import { type PooledStrip, StripPool } from '../../node/strip-pool.js';
import type { ComputeSpeed } from '../../scheduling/device/compute-speed.js';
import type { TileStartsParts } from '../../scheduling/device/tile-starts.js';
import { FetchPolicy } from '../../scheduling/reuse/fetch-policy.js';
import { ReuseBook } from '../../scheduling/reuse/reuse-book.js';
import { taskReuse } from '../../scheduling/reuse/task-reuse.js';
import type { Holder, Reuse } from '../../scheduling/reuse/tile-reuse.js';
import { BYTES_PER_MAP_VALUE } from '../../tensor/map-tensor.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { DeviceFrames } from '../frames/device-frames.js';
import type { EdgeTask } from './edge-task.js';
import { StripBuffers } from './strip-buffers.js';

/** Memory for strips that waits to be used again: about what a frame of YOLOv2 leaves behind on one of three devices. */
const MOST_IDLE_STRIP_BYTES = 8 * 2 ** 20;

/** What a device knows and keeps of the overlap between tiles, and what it decides by whether to reuse it. */
export interface DeviceOverlap {
  readonly book: ReuseBook;
  readonly pool: StripPool;
  readonly buffers: StripBuffers;
  readonly policy: FetchPolicy;
  /** Whether a tile reuses the overlap of all of its neighbours, or nothing. */
  readonly allSides: boolean;
  /** Where others find the strips of this device: here, or on the gateway. */
  readonly holder: Holder;
}

export function createOverlap(
  { remote, self, wirePlan, metrics }: EdgeDevice,
  { gateway, limits, overlap }: ClusterConfig,
  speed: ComputeSpeed,
  { generations, scopes }: DeviceFrames,
): DeviceOverlap {
  const { plan, maps } = wirePlan;
  const bytesPerValue = BYTES_PER_MAP_VALUE[maps];
  const policy = new FetchPolicy({ plan, policy: overlap.policy, links: remote.links, speed, bytesPerValue });
  const book = new ReuseBook(plan, overlap.policy === 'never' ? null : policy);
  const pool = new StripPool(limits.overlapBytes);
  const buffers = new StripBuffers(Math.min(limits.overlapBytes, MOST_IDLE_STRIP_BYTES));
  const forget = (frame: string) => {
    book.close(frame);
    buffers.give(pool.drop(frame));
  };
  scopes.onEnd(forget, () => pool.frames);
  generations.onInvalidated(forget);
  metrics.holds('booked frames', () => book.size);
  metrics.holds('bytes of strips', () => pool.bytes);
  const viaGateway = overlap.via === 'gateway' && overlap.policy !== 'never';
  const holder = viaGateway ? { device: GATEWAY_ID, address: gateway.address } : self;
  return { book, pool, buffers, policy, allSides: overlap.allSides, holder };
}

/** What a task of one of this device's own frames can count on when a thief gets it. */
export function reuseForThief(
  { remote, wirePlan }: EdgeDevice,
  overlap: DeviceOverlap,
  { own }: DeviceFrames,
  task: EdgeTask,
  thief: string,
): Reuse {
  const { plan } = wirePlan;
  const { allSides, book, holder, policy, pool } = overlap;
  const transmitted = (frame: string) => own.get(frame)?.transmitted ?? wholeMap(plan.maps[0]!);
  const { links } = remote;
  return taskReuse({ plan, book, pool, allSides, policy, links, transmitted, holder: () => holder }, task, thief);
}

/** What a tile that starts here can count on. */
export function startParts(
  { remote, self, wirePlan }: EdgeDevice,
  { allSides, book, policy, pool }: DeviceOverlap,
  { own }: DeviceFrames,
): TileStartsParts<PooledStrip> {
  return {
    reuse: { device: self.device, plan: wirePlan.plan, book, policy, pool, allSides },
    links: remote.links,
    gateway: () => remote.gateway.baseUrl,
    hasPicture: (frame) => own.get(frame) !== undefined,
  };
}
