import { TILE_BOUNDS } from './ftp-work-sharing.js';
import type { Strategy } from './strategy.js';

/** FTP-WST: tiles are queued on the frame's source, and idle devices steal them (paper section IV.B). */
export const ftpWorkStealing: Strategy = {
  name: 'ftp-wst',
  refuses: () => null,
  partition: ({ tiles }) => ({ parts: tiles.length, distribution: { kind: 'stealing' } }),
  placement: 'source',
  nextTask: 'steal',
  reuse: 'none',
  withoutReuse: 'ftp-wst',
  gang: null,
  bounds: TILE_BOUNDS,
};

/** FTP-WST-S: work stealing, with overlap reuse and an order of tiles that makes the most of it (paper section IV.C). */
export const ftpWorkStealingWithReuse: Strategy = {
  ...ftpWorkStealing,
  name: 'ftp-wst-s',
  reuse: 'overlap',
  bounds: {
    ...TILE_BOUNDS,
    leastMacs: ({ neededMacs }) => neededMacs,
    // Reuse saves some half of what overlapping tiles would compute twice.
    likelyMacs: ({ macs, neededMacs }) => neededMacs + (macs - neededMacs) / 2,
  },
};
