import type { Estimate } from '../../statistics/estimate.js';
import { left, right, type Table } from '../../tables/table.js';
import { estimate } from '../estimate.js';
import type { Points } from '../experiments/point.js';
import type { PaperResults, PointSets } from '../experiments/results.js';
import type { FigureId } from '../page/figure-id.js';
import { STATEMENTS } from '../page/paper-statements.js';
import { STATEMENT_VALUES } from '../page/statement-values.js';
import type { Statement } from '../statements/statement.js';
import { showDeviation, showEstimate, showStated } from './shown-value.js';

/** One statement of the paper beside ours. */
export interface Comparison {
  readonly statement: Statement;
  /** Null for what is arithmetic, where only `arithmetic` is there. */
  readonly arithmetic: Estimate | null;
  readonly letter: Estimate | null;
  readonly ours: Estimate | null;
  readonly measured: Estimate | null;
  readonly here: Estimate | null;
}

const NONE = { arithmetic: null, letter: null, ours: null, measured: null, here: null };

export function comparisons(results: PaperResults, sets: PointSets, figure: FigureId): readonly Comparison[] {
  return STATEMENTS.filter((statement: Statement) => statement.figure === figure).map((statement): Comparison => {
    const value = STATEMENT_VALUES[statement.id]!;
    if (value.kind === 'arithmetic') {
      const known = { value: value.of(results.arithmetic), low: null, high: null };
      return { ...NONE, statement, arithmetic: known };
    }
    const of = (points: Points) => estimate(points, value.by);
    const { here, letter, measured, ours } = sets;
    return { ...NONE, statement, letter: of(letter), ours: of(ours), measured: of(measured), here: of(here) };
  });
}

/** What the paper states of a figure, ours, how far apart they are, and why. */
export function statementTable(results: PaperResults, sets: PointSets, figure: FigureId): readonly Table[] {
  const all = comparisons(results, sets, figure);
  if (all.length === 0) return [];
  return [
    {
      title: 'What the paper’s text states',
      columns: [
        ...[left('what'), right('paper'), right('arithmetic'), right('simulated, to the letter')],
        ...[
          right('simulated, ours'),
          right('off the paper'),
          right('measured here (95 % CI)'),
          right('simulated here'),
        ],
        ...[right('measured, off the paper'), left('why'), left('where the paper says so')],
      ],
      rows: all.map(rowOf),
    },
  ];
}

function rowOf({ arithmetic, here, letter, measured, ours, statement }: Comparison): readonly string[] {
  const { absolute, quote, reason, section, unit, what } = statement;
  const onTheirs = arithmetic ?? letter;
  return [
    ...[what, showStated(statement), showEstimate(arithmetic, unit), showEstimate(letter, unit)],
    ...[showEstimate(ours, unit), showDeviation(statement, onTheirs?.value ?? null)],
    ...[showEstimate(measured, unit), showEstimate(here, unit)],
    absolute && measured !== null ? 'another device' : showDeviation(statement, measured?.value ?? null),
    ...[reason, `${section}: “${quote}”`],
  ];
}
