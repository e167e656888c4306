import type { Strategy, StrategyBounds } from './strategy.js';

/** Of tiles that reuse nothing: a task, a result and a word to the ledger for each. */
export const TILE_BOUNDS: StrategyBounds = {
  workers: ({ tiles }, devices) => Math.min(devices, tiles.length),
  leastMacs: ({ macs }) => macs,
  likelyMacs: ({ macs }) => macs,
  requests: ({ tiles }) => 3 * tiles.length,
};

/** FTP-WSH: the gateway has the picture, cuts it and pushes the tiles round robin (paper section V, baseline). */
export const ftpWorkSharing: Strategy = {
  name: 'ftp-wsh',
  refuses: () => null,
  partition: ({ tiles }) => ({ parts: tiles.length, distribution: { kind: 'sharing' } }),
  placement: 'gateway',
  nextTask: 'given',
  reuse: 'none',
  withoutReuse: 'ftp-wsh',
  gang: null,
  bounds: TILE_BOUNDS,
};
