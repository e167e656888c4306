import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { MEMORY_SETTINGS } from '../../server/supervision/memory-settings.js';

it('the first line of the command has what nodes are started with', () => {
  const [line] = readFileSync(fileURLToPath(new URL('../../server/cli/main.ts', import.meta.url)), 'utf8').split('\n');
  const { environment, nodeArguments } = MEMORY_SETTINGS;
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  expect(line).toBe(['#!/usr/bin/env -S', ...variables, 'node', ...nodeArguments].join(' '));
});
