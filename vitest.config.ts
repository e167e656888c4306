import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need a Chromium: `npm run test:browser`.
    exclude: ['test/browser/**'],
    globalSetup: ['test/support/build-once.ts'],
    setupFiles: ['test/support/state-folder.ts', 'test/support/property-seed.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores: each test file that starts a cluster wants one of them.
    maxWorkers: 2,
  },
});
