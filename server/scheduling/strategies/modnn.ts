import type { Strategy } from './strategy.js';

/**
 * MoDNN: a gang that computes the fused layers one by one, in rows by speed; the gateway cuts the letterboxed picture, and strips go by
 * way of it (paper section V, baseline).
 */
export const modnn: Strategy = {
  name: 'modnn',
  refuses: ({ chain, stage }) =>
    chain === null
      ? `modnn cuts a chain of convolutions and poolings, and the fused part of ${stage.graph.name} is none: take ftp-wst-s`
      : null,
  partition: ({ chain }) => ({
    parts: 1,
    distribution: { kind: 'gang', plan: 'layers', members: 'all', most: chain!.maps.at(-1)!.height },
  }),
  placement: 'gateway',
  nextTask: 'given',
  reuse: 'none',
  withoutReuse: 'modnn',
  gang: { plan: 'layers', strips: 'gateway', carries: 'input' },
  bounds: {
    workers: (_, devices) => devices,
    leastMacs: ({ neededMacs }) => neededMacs,
    likelyMacs: ({ neededMacs }) => neededMacs,
    // A task and a result for each block; after each layer strips to each neighbour, by way of the gateway.
    requests: ({ chain }, devices) => 2 * devices + 4 * chain!.depth * (devices - 1),
  },
};
