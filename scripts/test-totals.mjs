// Adds up what vitest's JSON reporter has written into a folder: a line for each run, and the closing line of `.ci/run`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file that failed before its first test counts as one failure. */
function countTests({ numPassedTests, numFailedTests, numPendingTests, testResults }) {
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return { passed: numPassedTests, failed: numFailedTests + broken.length, skipped: numPendingTests };
}

/** @returns the lines to print, and whether tests ran and none failed. */
export function totals(reports) {
  const runs = reports.map(({ name, report }) => ({ name, ...countTests(report) }));
  const sum = (kind) => runs.reduce((total, run) => total + run[kind], 0);
  const lines = runs.map(
    ({ name, passed, failed, skipped }) => `${name}: ${passed} passed, ${failed} failed, ${skipped} skipped`,
  );
  return {
    lines: [...lines, `tests: ${sum('passed')} passed, ${sum('failed')} failed`],
    ok: sum('passed') > 0 && sum('failed') === 0,
  };
}

if (process.argv[1] === import.meta.filename) {
  const folder = process.argv[2];
  const reports = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      name: file.replace(/ \(\d+\)\.json$/, ''),
      report: JSON.parse(readFileSync(join(folder, file), 'utf8')),
    }));
  const { lines, ok } = totals(reports);
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = ok ? 0 : 1;
}
