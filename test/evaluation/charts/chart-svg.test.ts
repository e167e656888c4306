import { describe, expect, it } from 'vitest';
import type { BarPanel, Chart, LinePanel } from '../../../server/evaluation/charts/chart.js';
import { chartSvg } from '../../../server/evaluation/charts/chart-svg.js';
import { layOutLegend } from '../../../server/evaluation/charts/legend.js';
import { ticksTo } from '../../../server/evaluation/charts/ticks.js';
import { wellFormed } from './well-formed.js';

const LOOK = { tone: 'blue', marker: 'circle', line: 'solid' } as const;

const LINES: LinePanel = {
  ...{ kind: 'lines', title: 'a < b & "c"', xLabel: 'devices', yLabel: 's', xValues: [1, 2, 3] },
  series: [{ look: LOOK, points: [1, 2, 3].map((x) => ({ x, y: 10 - x, low: 9 - x, high: 11 - x })) }],
};

const BARS: BarPanel = {
  ...{ kind: 'bars', title: 'bars', xLabel: 'grid', yLabel: 'MiB', categories: ['3x3', '5x5'] },
  series: [{ look: LOOK, bars: [{ y: 4, low: null, high: null }, null], compared: [3, null] }],
};

function chart(panels: Chart['rows'][number]['panels'], sharedScale = false): Chart {
  const legend = [{ label: 'R&D', kind: 'line', look: LOOK }] as const;
  return { id: 'any', title: 'any <chart>', legend, rows: [{ heading: 'row', sharedScale, panels }] };
}

const numbersOf = (svg: string, attribute: string) =>
  [...svg.matchAll(new RegExp(` ${attribute}="([^"]+)"`, 'g'))].map((match) => Number(match[1]));

describe('a chart', () => {
  it('is well formed, with labels escaped', () => {
    const svg = chartSvg(chart([LINES, BARS]), { alone: true });
    expect(wellFormed(svg)).toBeNull();
    expect(svg).toContain('>a &lt; b &amp; &quot;c&quot;<');
    expect(svg).toContain('aria-label="any &lt;chart&gt;"');
    expect(svg).toContain('xmlns="http://www.w3.org/2000/svg"');
  });

  it('has light and dark colours when it stands alone, and the page’s otherwise', () => {
    expect(chartSvg(chart([LINES]), { alone: true })).toContain('prefers-color-scheme:dark');
    expect(chartSvg(chart([LINES]), { alone: false })).not.toContain('<style');
  });

  it('places all within its box', () => {
    const svg = chartSvg(chart([LINES, BARS]), { alone: true });
    const [, , width, height] = /viewBox="([^"]+)"/.exec(svg)![1]!.split(' ').map(Number);
    for (const [attribute, most] of [
      ['x', width!],
      ['cx', width!],
      ['y', height!],
      ['cy', height!],
    ] as const) {
      for (const value of numbersOf(svg, attribute)) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(most);
      }
    }
  });

  it('puts larger values higher, on one scale where panels share it', () => {
    const [first, second, third] = numbersOf(chartSvg(chart([LINES]), { alone: false }), 'cy').slice(-3);
    expect(first).toBeLessThan(second!);
    expect(second).toBeLessThan(third!);
    const tall: LinePanel = { ...LINES, series: [{ look: LOOK, points: [{ x: 1, y: 90, low: null, high: null }] }] };
    const alone = numbersOf(chartSvg(chart([LINES, tall]), { alone: false }), 'cy');
    const shared = numbersOf(chartSvg(chart([LINES, tall], true), { alone: false }), 'cy');
    expect(shared[1]).toBeGreaterThan(alone[1]!);
    expect(shared.at(-1)).toBe(alone.at(-1));
  });

  it('has no place for what is not finite', () => {
    const broken: LinePanel = {
      ...LINES,
      series: [{ look: LOOK, points: [{ x: 1, y: Number.NaN, low: null, high: null }] }],
    };
    expect(() => chartSvg(chart([broken]), { alone: false })).toThrow(RangeError);
  });

  it('says so where a panel has nothing to show', () => {
    const empty = chartSvg(chart([{ ...LINES, series: [] }]), { alone: false });
    expect(wellFormed(empty)).toBeNull();
    expect(empty).toContain('not there');
  });
});

describe('a legend', () => {
  it('goes on in the next row where it would be too wide, and loses nothing', () => {
    const entries = Array.from(
      { length: 9 },
      (_, index) => ({ label: `entry ${index}`, kind: 'line', look: LOOK }) as const,
    );
    const rows = layOutLegend(entries, 400);
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.flat()).toEqual(entries);
  });
});

describe('an axis', () => {
  it.each([
    [8, 5, [0, 2, 4, 6, 8], 0],
    [0.41, 5, [0, 0.1, 0.2, 0.3, 0.4, 0.5], 1],
    [19.6, 5, [0, 5, 10, 15, 20], 0],
    [1234, 5, [0, 500, 1000, 1500], 0],
  ])('to %s in about %s steps', (most, count, values, decimals) => {
    const ticks = ticksTo(most, count);
    expect(ticks.values.map((value) => Number(value.toFixed(6)))).toEqual(values);
    expect(ticks.end).toBeGreaterThanOrEqual(most);
    expect(ticks.decimals).toBe(decimals);
  });
});
