import { chartStyle } from '../../charts/chart-style.js';
import { chartSvg } from '../../charts/chart-svg.js';
import { escapeXml } from '../../charts/svg.js';
import { provenance } from '../../experiments/provenance.js';
import { filledColumns, type Table } from '../../tables/table.js';
import type { PaperResults } from '../experiments/results.js';
import type { Section } from '../figures/section.js';
import { PAGE_STYLE } from './page-style.js';
import { sectionsOf } from './sections.js';
import { failures } from './verdict.js';

const TITLE = 'DeepThings: the paper’s evaluation, and ours';
/** Cells beyond this wrap, and get room for it. */
const LONG = 40;

/** One page that needs nothing else: no scripts, no other files. The same results give the same page. */
export function paperPage(results: PaperResults): string {
  const sections = sectionsOf(results);
  const style = `${PAGE_STYLE}${chartStyle(false)}`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${TITLE}</title>`,
    `<style>${style}</style></head>`,
    '<body>',
    `<h1>${TITLE}</h1>`,
    ...introduction(results),
    navigation(sections),
    ...sections.map(sectionHtml),
    `<h2 id="made">What made it</h2>`,
    tableHtml(madeBy(results)),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function introduction(results: PaperResults): readonly string[] {
  const wrong = failures(results);
  return [
    paragraph(
      'Figures 11 to 15 and Table I of Zhao, Mirzazad Barijough and Gerstlauer, “DeepThings: Distributed Adaptive Deep Learning ' +
        'Inference on Resource-Constrained IoT Edge Clusters” (IEEE TCAD 2018), for this implementation: what the paper’s text ' +
        'states, what follows by arithmetic, what is measured on test hosts of one machine, and what is simulated, on the ' +
        'paper’s devices and on this machine’s. Where the text gives no number, only a plot, none is given here either.',
    ),
    paragraph(
      '“To the letter” schedules as the paper does (schedule.faithful: polling, no prefetch, overlap through the gateway, all four ' +
        'sides or none, the paper’s order) and sends pictures as F32; “ours” is the default. Intervals are 95 % confidence ' +
        'intervals of medians, and of what is made of them, by the percentile bootstrap.',
    ),
    ...(results.notMeasured === null ? [] : [paragraph(`Not measured on test hosts: ${results.notMeasured}.`, 'bad')]),
    ...(wrong.length === 0
      ? [paragraph(`${exactness(results)}FTP-WSH of Figure 12 is within 1 % of the paper.`)]
      : wrong.map((what) => paragraph(what, 'bad'))),
  ];
}

function exactness({ experiments }: PaperResults): string {
  const { length } = experiments.filter(({ outcome }) => outcome.kind === 'measured');
  return length === 0 ? '' : `The output of every strategy is exact in all ${length} measured clusters. `;
}

function navigation(sections: readonly Section[]): string {
  const links = sections.map(({ id, title }) => `<li><a href="#${id}">${escapeXml(title)}</a></li>`);
  return `<nav><ul>${links.join('')}<li><a href="#made">What made it</a></li></ul></nav>`;
}

function sectionHtml({ caption, chart, id, tables, title }: Section): string {
  return [
    `<section><h2 id="${id}">${escapeXml(title)}</h2>`,
    ...caption.map((text) => paragraph(text)),
    ...(chart === null ? [] : [`<figure>${chartSvg(chart, { alone: false })}</figure>`]),
    ...tables.map((table) => `<h3>${escapeXml(table.title)}</h3>${tableHtml(table)}`),
    '</section>',
  ].join('\n');
}

function madeBy({ createdAt, experiments, options, seed }: PaperResults): Table {
  const table = provenance(experiments);
  const page = [`page: ${createdAt}`, `seed ${seed}`, `options ${JSON.stringify(options)}`, '', '', ''];
  return { ...table, rows: [...table.rows, page] };
}

/** Columns that are empty throughout are left out. */
function tableHtml({ columns, rows }: Table): string {
  const shown = filledColumns({ columns, rows });
  const head = shown.map((index) => {
    const { align, title } = columns[index]!;
    return `<th scope="col"${align === 'right' ? ' class="right"' : ''}>${escapeXml(title)}</th>`;
  });
  const body = rows.map((row) => {
    const cells = shown.map((index) => {
      const text = row[index]!;
      const name = columns[index]!.align === 'right' ? 'right' : text.length > LONG ? 'long' : '';
      return `<td${name === '' ? '' : ` class="${name}"`}>${escapeXml(text)}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<div class="wide"><table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

function paragraph(text: string, name = ''): string {
  return `<p${name === '' ? '' : ` class="${name}"`}>${escapeXml(text)}</p>`;
}
