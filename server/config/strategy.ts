/**
 * Who runs what (paper section V): work stealing with overlap reuse, work stealing, work sharing of tiles, and MoDNN's
 * work sharing of layers.
 */
export const STRATEGIES = ['ftp-wst-s', 'ftp-wst', 'ftp-wsh', 'modnn'] as const;

export type Strategy = (typeof STRATEGIES)[number];
