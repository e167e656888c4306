import type { Strategy } from './strategy.js';

/** MoDNN: each layer in slices of rows, one a device; border rows go through the gateway (paper section V, baseline). */
export const modnn: Strategy = {
  name: 'modnn',
  partition: ({ layers, maps }) => ({
    parts: 1,
    distribution: { kind: 'layered', layers: layers.length, mostSlices: maps.at(-1)!.height },
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
    requests: ({ depth }, devices) => 2 * depth * devices,
  },
};
