import { describe, expect, it } from 'vitest';
import { pointSets } from '../../../server/evaluation/paper/experiments/results.js';
import { comparisons } from '../../../server/evaluation/paper/figures/statement-table.js';
import { STATEMENTS } from '../../../server/evaluation/paper/page/paper-statements.js';
import { STATEMENT_VALUES } from '../../../server/evaluation/paper/page/statement-values.js';
import { frameSeconds, paperResults } from './paper-results.js';

describe('what the paper states', () => {
  it('has a value of ours for each number, and no other', () => {
    expect(Object.keys(STATEMENT_VALUES).sort()).toEqual(STATEMENTS.map(({ id }) => id).sort());
  });

  it('quotes the number', () => {
    for (const { quote, value } of STATEMENTS) expect(quote).toContain(String(value));
  });
});

describe('what is compared with it', () => {
  const results = paperResults();
  const sets = pointSets(results);
  const figures = new Set(STATEMENTS.map(({ figure }) => figure));
  const compared = new Map(
    [...figures].flatMap((figure) => comparisons(results, sets, figure)).map((one) => [one.statement.id, one]),
  );
  const find = (id: string) => compared.get(id)!;

  it('is there for every statement of a full run', () => {
    for (const { id } of STATEMENTS) {
      const { arithmetic, here, letter, measured, ours } = find(id);
      if (arithmetic === null) expect([id, letter, ours, measured, here]).not.toContain(null);
      else expect([letter, ours, measured, here]).toEqual([null, null, null, null]);
    }
  });

  it('is made of medians, with an interval around it', () => {
    const { letter, measured } = find('speedup-6');
    expect(letter!.value).toBeCloseTo(frameSeconds(1) / frameSeconds(6), 9);
    expect(letter!.low).toBeNull();
    expect(measured!.low!).toBeLessThanOrEqual(measured!.value);
    expect(measured!.high!).toBeGreaterThanOrEqual(measured!.value);
    expect(find('growth-modnn').letter!.value).toBeCloseTo(6, 9);
    expect(find('rate-wst-1').letter!.value).toBeCloseTo(1 / frameSeconds(6), 9);
    expect(find('modnn-best').letter!.value).toBe(6);
  });

  it('counts pictures as the paper does', () => {
    // 1 MiB of inputs, 0.5 of overlap and 1.4 of results, whatever the strategy.
    expect(find('wst-bytes').measured!.value).toBeCloseTo(0, 9);
    expect(sets.measured.all[0]!.samples.sentMiB[0]).toBeCloseTo(2.9, 9);
    expect(sets.measured.all[0]!.samples.paperMiB[0]).toBeCloseTo(5.9, 9);
  });

  it('is left out where nothing was run', () => {
    const nothing = paperResults({ experiments: [] });
    for (const { arithmetic, letter, measured } of comparisons(nothing, pointSets(nothing), 'fig13')) {
      expect([arithmetic, letter, measured]).toEqual([null, null, null]);
    }
  });
});
