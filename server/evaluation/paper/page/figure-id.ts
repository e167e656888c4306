/** What the evaluation is made of: the paper's figures and table, and the project's own table of numbers to reach. */
export const FIGURES = ['fig11', 'fig12', 'fig13', 'fig14', 'fig15', 'table1', 'numbers'] as const;

export type FigureId = (typeof FIGURES)[number];

export const FIGURE_TITLES: Readonly<Record<FigureId, string>> = {
  fig11: 'Figure 11: memory footprint of a device',
  fig12: 'Figure 12: bytes communicated for one frame',
  fig13: 'Figure 13: latency of one frame',
  fig14: 'Figure 14: latency and throughput with several sources',
  fig15: 'Figure 15: grids and fused depths with six devices',
  table1: 'Table I: what is compared',
  numbers: 'Numbers to reach on test hosts',
};
