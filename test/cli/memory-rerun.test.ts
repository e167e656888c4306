import { expect, test } from 'vitest';
import { lacksMemorySettings } from '../../server/cli/memory-rerun.js';
import { MEMORY_SETTINGS } from '../../server/supervision/memory-settings.js';

const { environment, nodeArguments } = MEMORY_SETTINGS;

test.each([
  ['node dist/server/cli/main.js', [], {}, true],
  ['npx deepthings, whose first line sets them', nodeArguments, environment, false],
  ['the arguments alone', nodeArguments, {}, true],
  ['the environment alone', [], environment, true],
  ['an environment of its own', nodeArguments, { ...environment, MALLOC_ARENA_MAX: '1' }, false],
  ['a process that was run again', [], { DEEPTHINGS_RERUN_BY: '17' }, false],
  ['a debugger', ['--inspect=0'], {}, false],
])('%s', (_, execArgv, env, lacks) => {
  expect(lacksMemorySettings({ execArgv, env })).toBe(lacks);
});
