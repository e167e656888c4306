import { expect, it } from 'vitest';
import { totals } from '../../scripts/test-totals.mjs';

const passed = { status: 'passed', assertionResults: [{ status: 'passed' }] };
const report = (numPassedTests: number, numFailedTests = 0, testResults = [passed]) => ({
  ...{ numPassedTests, numFailedTests, numPendingTests: 1, testResults },
});

it('adds up the runs, and ends with one line', () => {
  expect(
    totals([
      { name: 'quick', report: report(3) },
      { name: 'slow', report: report(4) },
    ]),
  ).toEqual({
    lines: ['quick: 3 passed, 0 failed, 1 skipped', 'slow: 4 passed, 0 failed, 1 skipped', 'tests: 7 passed, 0 failed'],
    ok: true,
  });
});

it('counts failures, and a file that failed before its first test as one', () => {
  const failing = { status: 'failed', assertionResults: [{ status: 'failed' }] };
  const broken = { status: 'failed', assertionResults: [] };
  const { lines, ok } = totals([{ name: 'quick', report: report(3, 1, [passed, failing, broken]) }]);
  expect(lines.at(-1)).toBe('tests: 3 passed, 2 failed');
  expect(ok).toBe(false);
});

it('is no success where nothing ran', () => {
  expect(totals([])).toEqual({ lines: ['tests: 0 passed, 0 failed'], ok: false });
});
