import type { Strategy } from './strategy.js';

/** MoDNN: each layer in slices of rows, one a device; border rows go through the gateway (paper section V, baseline). */
export const modnn: Strategy = {
  name: 'modnn',
  refuses: ({ chain, stage }) =>
    chain === null
      ? `modnn cuts a chain of convolutions and poolings, and the fused part of ${stage.graph.name} is none: take ftp-wst-s`
      : null,
  partition: ({ chain }) => ({
    parts: 1,
    distribution: { kind: 'layered', layers: chain!.depth, mostSlices: chain!.maps.at(-1)!.height },
  }),
  placement: 'gateway',
  nextTask: 'given',
  reuse: 'none',
  withoutReuse: 'modnn',
  outputs: 'layer-rows',
  bounds: {
    workers: (_, devices) => devices,
    leastMacs: ({ neededMacs }) => neededMacs,
    likelyMacs: ({ neededMacs }) => neededMacs,
    requests: ({ chain }, devices) => 2 * chain!.depth * devices,
  },
};
