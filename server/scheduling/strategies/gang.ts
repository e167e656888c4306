import type { FtpPlan } from '../../geometry/ftp-plan.js';
import type { Strategy } from './strategy.js';

/** A gang: all devices that are free compute a frame together, from the picture to the network's outputs. */
export const gang: Strategy = {
  name: 'gang',
  refuses: () => null,
  partition: (plan) => ({
    parts: 1,
    distribution: { kind: 'gang', plan: 'stages', members: 'all', most: mostBlocks(plan) },
  }),
  placement: 'gateway',
  nextTask: 'given',
  reuse: 'none',
  withoutReuse: 'gang',
  gang: { plan: 'stages', strips: 'peer', carries: 'picture' },
  bounds: {
    workers: (plan, devices) => Math.min(devices, mostBlocks(plan)),
    leastMacs: ({ neededMacs }) => neededMacs,
    likelyMacs: ({ neededMacs }) => neededMacs,
    // A task and a result for each block.
    requests: (plan, devices) => 2 * Math.min(devices, mostBlocks(plan)),
  },
};

/** A gang of one: one device computes the whole frame, and as many frames are computed at once as there are devices. */
export const whole: Strategy = {
  ...gang,
  name: 'whole',
  partition: () => ({ parts: 1, distribution: { kind: 'gang', plan: 'stages', members: 1, most: 1 } }),
  withoutReuse: 'whole',
  bounds: { ...gang.bounds, workers: () => 1, requests: () => 2 },
};

/** As many devices as it takes for the frames that wait: one for each under load, all for one frame, groups between. */
export const auto: Strategy = {
  ...gang,
  name: 'auto',
  partition: (plan) => ({
    parts: 1,
    distribution: { kind: 'gang', plan: 'stages', members: 'auto', most: mostBlocks(plan) },
  }),
  withoutReuse: 'auto',
};

/** A block has a row of each map at least. */
function mostBlocks({ maps, outputs }: FtpPlan): number {
  return Math.min(...outputs.map((map) => maps[map]!.height));
}
