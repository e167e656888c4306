import { type PaperResults, type PointSets, pointSets } from '../experiments/results.js';
import { communicationFigure } from '../figures/communication-figure.js';
import { latencyFigure } from '../figures/latency-figure.js';
import { memoryFigure } from '../figures/memory-figure.js';
import { numbersSection } from '../figures/numbers.js';
import { parametersFigure } from '../figures/parameters-figure.js';
import type { Section } from '../figures/section.js';
import { sourcesFigure } from '../figures/sources-figure.js';
import { statementTable } from '../figures/statement-table.js';
import { tableOne } from '../figures/table-one.js';
import type { FigureId } from './figure-id.js';

/** Every figure that the results are of, in order. Pure: the same results give the same sections. */
export function sectionsOf(results: PaperResults): readonly Section[] {
  const sets = pointSets(results);
  return results.figures.map((figure) => {
    const section = sectionOf(figure, results, sets);
    return { ...section, tables: [...statementTable(results, sets, figure), ...section.tables] };
  });
}

function sectionOf(figure: FigureId, results: PaperResults, sets: PointSets): Section {
  switch (figure) {
    case 'fig11':
      return memoryFigure(results);
    case 'fig12':
      return communicationFigure(results, sets);
    case 'fig13':
      return latencyFigure(sets);
    case 'fig14':
      return sourcesFigure(sets);
    case 'fig15':
      return parametersFigure(results, sets);
    case 'table1':
      return tableOne(results);
    case 'numbers':
      return numbersSection(results, sets);
  }
}
