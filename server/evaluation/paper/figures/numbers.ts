import { left, right } from '../../tables/table.js';
import type { PaperResults, PointSets } from '../experiments/results.js';
import { FIGURE_TITLES } from '../page/figure-id.js';
import { type NumberRow, numberRows } from '../page/number-rows.js';
import { deviationTable } from './deviation-table.js';
import { profileTable } from './profile-table.js';
import type { Section } from './section.js';
import { showEstimate, showValue } from './shown-value.js';

/** What ours must reach on test hosts, with the command that measures it again. */
export function numbersSection(results: PaperResults, sets: PointSets): Section {
  return {
    id: 'numbers',
    title: FIGURE_TITLES.numbers,
    caption: [
      'YOLOv2 608x608, 16 fused layers, FTP-WST-S; times from the letterboxed picture at its source to the merged output. The C ' +
        'reference is the paper’s program (Darknet, -Ofast), measured on the same kind of hosts on 2026-11-23. A limit is what no ' +
        'schedule can beat: computing spread evenly over all devices, or what must cross the busiest link, whichever takes longer.',
    ],
    chart: null,
    tables: [
      {
        title: 'Measured on test hosts',
        columns: [
          ...[left('what'), right('C reference'), right('to reach'), right('measured (95 % CI)'), left('reached')],
          ...[right('simulated here'), left('note'), left('command')],
        ],
        rows: numberRows(results).map(rowOf),
      },
      profileTable(results),
      deviationTable(sets),
    ],
  };
}

function rowOf(row: NumberRow): readonly string[] {
  const { command, goal, measured, note, reference, simulated, unit, what } = row;
  const wanted = goal === null ? '' : `${goal.atMost ? 'at most' : 'at least'} ${showValue(goal.value, unit)}`;
  return [
    ...[what, reference, wanted, showEstimate(measured, unit), reached(row)],
    ...[simulated === null ? '' : showValue(simulated, unit), note, command],
  ];
}

function reached({ goal, measured }: NumberRow): string {
  if (goal === null || measured === null) return '';
  return (goal.atMost ? measured.value <= goal.value : measured.value >= goal.value) ? 'yes' : 'no';
}
