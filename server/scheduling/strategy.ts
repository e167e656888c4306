/**
 * Who runs what (paper section V): work stealing with overlap reuse, work stealing, work sharing of tiles, and MoDNN's
 * work sharing of layers.
 */
export const STRATEGIES = ['ftp-wst-s', 'ftp-wst', 'ftp-wsh', 'modnn'] as const;

export type Strategy = (typeof STRATEGIES)[number];

/** Whether tiles are queued on a frame's source and stolen from there; with the others the gateway shares work out. */
export function isStealing(strategy: Strategy): boolean {
  return strategy === 'ftp-wst-s' || strategy === 'ftp-wst';
}
