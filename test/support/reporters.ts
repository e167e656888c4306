import { join } from 'node:path';
import type { TestUserConfig } from 'vitest/node';

/**
 * Returns vitest's own reporter and, where TEST_REPORT names a folder, one that writes a JSON file there.
 * `scripts/test-totals.mjs` adds these files up.
 */
export function reporters(
  { TEST_REPORT, npm_lifecycle_event: script = 'vitest' } = process.env,
): TestUserConfig['reporters'] {
  if (TEST_REPORT === undefined || TEST_REPORT === '') return ['default'];
  const name = `${script.replaceAll(':', '-')} on Node ${process.versions.node} (${process.pid}).json`;
  return ['default', ['json', { outputFile: join(TEST_REPORT, name) }]];
}
