import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { experimentsOf } from '../../../../server/evaluation/paper/experiments/experiments.js';
import { FULL, QUICK } from '../../../../server/evaluation/paper/experiments/extent.js';
import { docsBlock, notForDocs, withDocsBlock } from '../../../../server/evaluation/paper/page/docs-block.js';
import { FIGURES } from '../../../../server/evaluation/paper/page/figure-id.js';
import { MACHINE, paperResults } from '../paper-results.js';

const document = readFileSync(new URL('../../../../docs/evaluation.md', import.meta.url), 'utf8');
const run = { extent: FULL, figures: FIGURES, wanted: experimentsOf(FULL) };

describe('the block in docs/evaluation.md', () => {
  it('takes the place of what stood between the marks, and of nothing else', () => {
    const once = withDocsBlock(document, 'block one');
    const twice = withDocsBlock(once, 'block two');
    expect(once).toContain('block one');
    expect(twice).not.toContain('block one');
    expect(withDocsBlock(twice, 'block one')).toBe(once);
    const outside = (text: string) => [text.split('<!-- bench:paper begin')[0], text.split('bench:paper end -->')[1]];
    expect(outside(twice)).toEqual(outside(document));
  });

  it('needs its marks', () => {
    expect(() => withDocsBlock('# Evaluation', 'any')).toThrow(expect.objectContaining({ code: 'DT_DOCS' }));
  });

  it('has a table for each figure, with as many cells in each row as it has columns', () => {
    const block = docsBlock(paperResults());
    expect(block).toContain('#### Figure 13');
    for (const table of block.split('\n\n').filter((part) => part.startsWith('|'))) {
      const cells = table.split('\n').map((line) => line.split(/(?<!\\)\|/).length);
      expect(new Set(cells).size).toBe(1);
    }
    expect(block).not.toMatch(/\b(?:NaN|undefined|null)\b/);
  });

  it('is of a full, clean run on one machine only', () => {
    const results = paperResults();
    expect(notForDocs(results, run)).toBeNull();
    expect(notForDocs(results, { ...run, extent: QUICK })).toMatch(/full run/);
    expect(notForDocs(results, { ...run, figures: ['fig12'] })).toMatch(/full run/);
    expect(notForDocs({ ...results, notMeasured: 'no root' }, run)).toMatch(/no root/);
    expect(notForDocs({ ...results, experiments: results.experiments.slice(1) }, run)).toMatch(/calibration/);
    const withMachine = (commit: string, from: number) =>
      results.experiments.map((one, index) => (index < from ? one : { ...one, machine: { ...MACHINE, commit } }));
    expect(notForDocs({ ...results, experiments: withMachine('other', 9) }, run)).toMatch(/several machines/);
    expect(notForDocs({ ...results, experiments: withMachine('dirty+', 0) }, run)).toMatch(/with changes/);
  });
});
