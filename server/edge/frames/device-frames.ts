import type { ClusterConfig } from '../../config/cluster-config.js';
import { taskQueueLimit } from '../../node/cluster-plan.js';
import { FrameScopes } from '../../node/frame-scopes.js';
import type { NodeMetrics } from '../../node/observe/metrics.js';
import { FrameGenerations } from './frame-generations.js';
import { Outcomes } from './outcomes.js';
import { OwnFrames } from './own-frames.js';

/** The frames that a device has to do with, from their first task to their end. */
export interface DeviceFrames {
  readonly scopes: FrameScopes;
  readonly own: OwnFrames;
  readonly generations: FrameGenerations;
  readonly outcomes: Outcomes;
}

/** @param tiles of the plan: it bounds how many frames are remembered. */
export function createDeviceFrames(
  config: Pick<ClusterConfig, 'limits'>,
  tiles: number,
  metrics: NodeMetrics,
): DeviceFrames {
  const { queuedFrames, frameTimeoutMs } = config.limits;
  const scopes = new FrameScopes();
  const own = new OwnFrames(queuedFrames, 2 * frameTimeoutMs, scopes);
  metrics.holds('own frames', () => own.size);
  return {
    scopes,
    own,
    generations: new FrameGenerations(taskQueueLimit(config, tiles), scopes),
    outcomes: new Outcomes(),
  };
}
