// Runs the tests in a real Chromium, or says what to install. `npm test` does without.
import { spawnSync } from 'node:child_process';
import { findChromium, HOW_TO_INSTALL } from './chromium.mjs';

if (findChromium() === null) {
  process.stderr.write(`${HOW_TO_INSTALL}\nBrowser tests were not run; "npm test" runs all others.\n`);
  process.exit(process.env.CI === undefined || process.env.CI === '' ? 0 : 1);
}
await import('./build-if-stale.mjs');
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.browser.config.ts', ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
