import { describe, expect, test } from 'vitest';
import { FileAges, FOLDER_PATIENCE, judgeFile } from '../../../../server/cli/watch/folder/file-settling.js';

describe('a file', () => {
  test('ages from when it was first seen, and its version from when it last changed', () => {
    const ages = new FileAges();
    expect(ages.observe('a', '1', 1_000)).toEqual({ unchangedMs: 0, knownMs: 0 });
    expect(ages.observe('a', '1', 1_300)).toEqual({ unchangedMs: 300, knownMs: 300 });
    expect(ages.observe('a', '2', 1_500)).toEqual({ unchangedMs: 0, knownMs: 500 });
    ages.keepOnly(new Set(['b']));
    expect(ages.observe('a', '2', 2_000)).toEqual({ unchangedMs: 0, knownMs: 0 });
  });

  test.each([
    ['was just seen', 5, 0, 0, 'wait'],
    ['has not changed for a while', 5, 400, 400, 'read'],
    ['is still empty', 0, 9_999, 9_999, 'wait'],
    ['stays empty', 0, 10_000, 10_000, 'empty'],
    ['keeps changing', 5, 0, 59_999, 'wait'],
    ['has kept changing for too long', 5, 0, 60_000, 'endless'],
    ['stopped after a long time', 5, 400, 600_000, 'read'],
  ] as const)('that %s', (_what, size, unchangedMs, knownMs, judgement) => {
    expect(judgeFile(size, { unchangedMs, knownMs }, FOLDER_PATIENCE)).toBe(judgement);
  });
});
