import { defineConfig } from 'vitest/config';
import { reporters } from './test/support/reporters.js';

/** Tests in a real Chromium; `npm run test:browser` looks for one first. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    reporters: reporters(),
    globalSetup: ['test/support/build-once.ts'],
    testTimeout: 40_000,
    hookTimeout: 60_000,
    // A browser and a cluster each: two of them would be in each other's way.
    maxWorkers: 1,
  },
});
