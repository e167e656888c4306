import { DeepThingsError } from '../../../errors.js';
import { isSameMachine } from '../../hosts/machine-facts.js';
import { markdownTable } from '../../tables/markdown-table.js';
import type { Table } from '../../tables/table.js';
import type { Experiment } from '../experiments/experiment.js';
import { type Extent, FULL } from '../experiments/extent.js';
import type { PaperResults } from '../experiments/results.js';
import type { Section } from '../figures/section.js';
import { FIGURES, type FigureId } from './figure-id.js';
import { sectionsOf } from './sections.js';
import { failures } from './verdict.js';

const BEGIN = '<!-- bench:paper begin: written by `npm run bench:paper -- --docs` -->';
const END = '<!-- bench:paper end -->';
/** Which columns of a statement's table the page in docs/ has no room for. */
const LEFT_OUT: ReadonlySet<string> = new Set(['where the paper says so', 'command', 'C reference']);

/**
 * A document with the block between the two markers made anew.
 *
 * @throws DeepThingsError `DT_DOCS` when the markers are not there once each, in order.
 */
export function withDocsBlock(document: string, block: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin === -1 || end < begin || document.indexOf(BEGIN, begin + 1) !== -1) {
    throw new DeepThingsError('DT_DOCS', `expected "${BEGIN}" and then "${END}", once each`);
  }
  return `${document.slice(0, begin + BEGIN.length)}\n\n${block.trim()}\n\n${document.slice(end)}`;
}

export interface DocsRun {
  readonly extent: Extent;
  readonly figures: readonly FigureId[];
  /** Every experiment that such a run has. */
  readonly wanted: readonly Experiment[];
}

/** Why these results are not to stand in the documentation; null when they may. */
export function notForDocs(results: PaperResults, { extent, figures, wanted }: DocsRun): string | null {
  const isFull = extent.name === 'full' && extent.devices.length === FULL.devices.length;
  if (!isFull || figures.length < FIGURES.length) return 'only a full run of all figures belongs there';
  if (results.notMeasured !== null) return `nothing was measured: ${results.notMeasured}`;
  const wrong = failures(results);
  if (wrong.length > 0) return wrong[0]!;
  const there = new Set(results.experiments.map(({ experiment }) => experiment.id));
  const absent = wanted.find(({ id }) => !there.has(id));
  if (absent !== undefined) return `${absent.id} is not there`;
  const { machine } = results.experiments[0]!;
  return results.experiments.every((one) => isSameMachine(one.machine, machine))
    ? null
    : 'they are of several machines or commits, or of a checkout with changes';
}

/** The block: a table for each figure, in Markdown. */
export function docsBlock(results: PaperResults): string {
  const { commit, cores, node, processor, release } = results.experiments[0]!.machine;
  const day = results.experiments.map(({ startedAt }) => startedAt.slice(0, 10)).sort()[0]!;
  return [
    `Measured on ${day} with commit ${commit?.slice(0, 12)} on ${processor} (${cores} cores, kernel ${release}, Node.js ${node}) by ` +
      '`npm run bench:paper`; charts, commands and raw data are on the page that it makes.',
    ...sectionsOf(results)
      .filter(({ id }) => id !== 'table1')
      .map(sectionMarkdown),
  ].join('\n\n');
}

function sectionMarkdown({ tables, title }: Section): string {
  const named = (table: Table) => (tables.length > 1 ? `${table.title}:\n\n` : '') + markdownTable(table, LEFT_OUT);
  return [`#### ${title}`, ...tables.map(named)].join('\n\n');
}
