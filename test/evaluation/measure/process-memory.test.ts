import { expect, it } from 'vitest';
import { MemoryWatch } from '../../../server/evaluation/measure/memory-watch.js';
import { parseResidentMemory, readResidentMemory } from '../../../server/evaluation/measure/process-memory.js';

it('reads what the kernel says of a process', () => {
  const status =
    'Name:\tnode\nVmHWM:\t  2048 kB\nVmRSS:\t 1024 kB\nRssAnon:\t 700 kB\nRssFile:\t 300 kB\nRssShmem:\t 24 kB\n';
  expect(parseResidentMemory(status)).toEqual({ peak: 2048 * 1024, anonymous: 700 * 1024, file: 300 * 1024 });
});

it('knows nothing of a process that is gone', () => {
  expect(readResidentMemory(2 ** 30)).toBeNull();
});

it.runIf(process.platform === 'linux')('watches how much a process had at most', () => {
  const watch = new MemoryWatch([process.pid]);
  const filled = Buffer.alloc(64 * 2 ** 20, 1);
  const peaks = watch.end().get(process.pid)!;
  expect(filled.at(-1)).toBe(1);
  expect(peaks.resident).toBeGreaterThan(64 * 2 ** 20);
  expect(peaks.resident).toBeGreaterThanOrEqual(peaks.file);
});
