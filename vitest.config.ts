import { defineConfig } from 'vitest/config';

/** Starts operating system processes, or takes seconds: `npm run test:slow`. */
const SLOW = 'test/**/*.slow.test.ts';
/** Needs the data beside the checkout, `../shared`: `npm run test:shared`. */
const SHARED = 'test/**/*.shared.test.ts';

/** One suite of tests. `npx vitest run <file>` runs a file of any of them. */
function suite(name: string, include: string, exclude: readonly string[]) {
  return {
    test: {
      name,
      include: [include],
      exclude: [...exclude],
      setupFiles: ['test/support/state-folder.ts', 'test/support/property-seed.ts'],
      testTimeout: 30_000,
      hookTimeout: 60_000,
    },
  };
}

export default defineConfig({
  test: {
    globalSetup: ['test/support/build-once.ts'],
    // Two cores: each test file that starts a cluster wants one of them.
    maxWorkers: 2,
    projects: [
      // The tests in a browser have a configuration of their own, `npm run test:browser`.
      suite('quick', 'test/**/*.test.ts', [SLOW, SHARED, 'test/browser/**']),
      suite('slow', SLOW, []),
      suite('shared', SHARED, []),
    ],
  },
});
