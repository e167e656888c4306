import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { reporters } from './test/support/reporters.js';

/** Starts operating system processes, or takes seconds: `npm run test:slow`. */
const SLOW = 'test/**/*.slow.test.ts';
/** Needs the data beside the checkout, `../shared`: `npm run test:shared`. */
const SHARED = 'test/**/*.shared.test.ts';
/** In a browser: they have a configuration of their own, `npm run test:browser`. */
const BROWSER = 'test/browser/**';

/** Tests that put another module in the place of one of ours, for everything in their process that imports it. */
function mockingTests(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => join(folder, file))
    .filter((file) => /\bvi\.(do)?mock\(/i.test(readFileSync(file, 'utf8')));
}

interface Suite {
  readonly name: string;
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
  /** Whether each file has modules of its own. Otherwise the files of a worker share them, and none imports them again. */
  readonly isolate: boolean;
}

function suite({ name, include, exclude = [], isolate }: Suite) {
  return {
    test: {
      ...{ name, isolate, include: [...include], exclude: [...exclude] },
      setupFiles: ['test/support/state-folder.ts', 'test/support/property-seed.ts'],
      // Ten times what the longest takes on two quiet cores.
      testTimeout: 60_000,
      hookTimeout: 60_000,
    },
  };
}

const mocking = mockingTests('test');

/** `npx vitest run <file>` runs a file of any suite. */
export default defineConfig({
  test: {
    reporters: reporters(),
    globalSetup: ['test/support/build-once.ts'],
    // Two cores: each test file that starts a cluster wants one of them.
    maxWorkers: 2,
    projects: [
      suite({
        name: 'quick',
        include: ['test/**/*.test.ts'],
        exclude: [SLOW, SHARED, BROWSER, ...mocking],
        isolate: false,
      }),
      suite({ name: 'quick-mocking', include: mocking, exclude: [SLOW, SHARED, BROWSER], isolate: true }),
      suite({ name: 'slow', include: [SLOW], isolate: true }),
      suite({ name: 'shared', include: [SHARED], isolate: false }),
    ],
  },
});
