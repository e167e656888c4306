import { describe, expect, it } from 'vitest';
import { chartSvg } from '../../../../server/evaluation/charts/chart-svg.js';
import { FIGURES } from '../../../../server/evaluation/paper/page/figure-id.js';
import { paperPage } from '../../../../server/evaluation/paper/page/page.js';
import { sectionsOf } from '../../../../server/evaluation/paper/page/sections.js';
import { wellFormed } from '../../charts/well-formed.js';
import { paperResults } from '../paper-results.js';

const NOT_NUMBERS = /\b(?:NaN|undefined|null|Infinity)\b/;

describe.each([
  ['a full run', paperResults()],
  ['a run in which nothing was measured', paperResults({ experiments: [], notMeasured: 'no <root> & no "Linux"' })],
])('the page of %s', (_, results) => {
  it('is the same every time', () => {
    expect(paperPage(structuredClone(results))).toBe(paperPage(results));
  });

  it('has every figure, and needs nothing from elsewhere', () => {
    const page = paperPage(results);
    for (const figure of FIGURES) expect(page).toContain(`<h2 id="${figure}">`);
    expect(page).not.toMatch(/<script|<link|<img|url\(|@import/);
    expect(page).not.toMatch(NOT_NUMBERS);
  });

  it('has charts that are well formed, on the page and alone', () => {
    const charts = sectionsOf(results).flatMap(({ chart }) => (chart === null ? [] : [chart]));
    expect(charts.map(({ id }) => id)).toEqual(['fig11', 'fig12', 'fig13', 'fig14', 'fig15']);
    for (const chart of charts) {
      for (const alone of [true, false]) {
        const svg = chartSvg(chart, { alone });
        expect(wellFormed(svg)).toBeNull();
        expect(svg).not.toMatch(NOT_NUMBERS);
      }
    }
  });
});

describe('the page', () => {
  it('escapes what it is told', () => {
    const page = paperPage(paperResults({ notMeasured: 'no <root> & no "Linux"' }));
    expect(page).toContain('some processor &lt;of&gt; &quot;ours&quot; &amp; others');
    expect(page).toContain('no &lt;root&gt; &amp; no &quot;Linux&quot;');
  });

  it('is of the figures that were asked for', () => {
    const page = paperPage(paperResults({ figures: ['fig12'] }));
    expect(page).toContain('id="fig12"');
    expect(page).not.toContain('id="fig13"');
  });

  it('says that outputs are exact only where some were measured', () => {
    expect(paperPage(paperResults())).toMatch(/exact in all \d+ measured clusters/);
    expect(paperPage(paperResults({ experiments: [] }))).not.toContain('exact');
  });

  it('says what is wrong', () => {
    expect(paperPage(paperResults({ missing: [{ id: 'number-6', reason: 'no memory' }] }))).toContain(
      '<p class="bad">number-6: no memory</p>',
    );
  });
});
