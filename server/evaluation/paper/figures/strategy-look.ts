import { PAPER_STRATEGIES, type PaperStrategy } from '../../../scheduling/strategies/strategy.js';
import type { LegendEntry } from '../../charts/chart.js';
import type { Look } from '../../charts/look.js';

export const STRATEGY_NAMES: Readonly<Record<PaperStrategy, string>> = {
  'ftp-wst-s': 'FTP-WST-S',
  'ftp-wst': 'FTP-WST',
  'ftp-wsh': 'FTP-WSH',
  modnn: 'MoDNN',
};

const LOOKS: Readonly<Record<PaperStrategy, Omit<Look, 'line'>>> = {
  'ftp-wst-s': { tone: 'blue', marker: 'circle' },
  'ftp-wst': { tone: 'green', marker: 'triangle' },
  'ftp-wsh': { tone: 'orange', marker: 'square' },
  modnn: { tone: 'purple', marker: 'diamond' },
};

export const STATED: Look = { tone: 'ink', marker: 'cross', line: 'none' };

export function lookOf(strategy: PaperStrategy, line: Look['line']): Look {
  return { ...LOOKS[strategy], line };
}

/** Strategies by colour, then what full and dashed lines are. */
export function strategyLegend(solid: string, dashed: string, stated: string): readonly LegendEntry[] {
  const line = (label: string, look: Look): LegendEntry => ({ label, kind: 'line', look });
  return [
    ...PAPER_STRATEGIES.map((strategy) => line(STRATEGY_NAMES[strategy], lookOf(strategy, 'solid'))),
    line(solid, { tone: 'grey', marker: 'circle', line: 'solid' }),
    line(dashed, { tone: 'grey', marker: 'circle', line: 'dashed' }),
    line(stated, STATED),
  ];
}
