import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from './cli/running-cli.js';

const BIOME = resolve('node_modules/@biomejs/biome/bin/biome');
const RULE = resolve('scripts/lint/held-signals.grit');

/** @returns the lines of the sample that the rule forbids. */
function linesFound(sample: readonly string[]): readonly number[] {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'biome.json'), JSON.stringify({ plugins: [RULE], linter: { rules: { preset: 'none' } } }));
  writeFileSync(join(folder, 'sample.ts'), sample.join('\n'));
  const { stdout, stderr } = spawnSync(process.execPath, [BIOME, 'lint', '--reporter=github', '--config-path=.', '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const found = [...`${stdout}\n${stderr}`.matchAll(/^::error .*?line=(\d+),.*deadline-signal\.ts/gm)];
  return [...new Set(found.map(([, line]) => Number(line)))];
}

test('signals that the garbage collector takes are forbidden, with the name of what to use', () => {
  const forbidden = [
    'const a = AbortSignal.any([]);',
    'const b = AbortSignal.timeout(1);',
    "const c = AbortSignal['any']([]);",
    'const d = globalThis.AbortSignal.timeout(1);',
    'const e = [AbortSignal].map(() => AbortSignal.any);',
    'const { any } = AbortSignal;',
  ];
  const allowed = ['const f: AbortSignal = AbortSignal.abort();', 'const g = Promise.any([f, any]);'];
  expect(linesFound([...forbidden, ...allowed])).toEqual([1, 2, 3, 4, 5, 6]);
});
