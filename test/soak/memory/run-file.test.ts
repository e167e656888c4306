import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryReport } from './main.js';
import type { MemorySample } from './node-sample.js';
import { RunFile, readRunFile } from './run-file.js';

const MIB = 2 ** 20;
const PLAN = { hours: 1, perSecond: 4, seed: 7 };
const SENDER = {
  plan: { name: 'a camera' },
  ...{ sent: 9, accepted: 8, refused: 0, leftOut: 0 },
  other: new Map([['503', 1]]),
};

function sample(minute: number): MemorySample {
  const node = { own: 110 * MIB, files: 70 * MIB, heap: 45 * MIB, used: 30 * MIB, buffers: 6 * MIB };
  const nodes = { gateway: { ...node, own: (120 + minute) * MIB }, e0: node };
  return { atMs: 60_000 * minute, frames: { open: 0, complete: 240 * minute, failed: 0 }, nodes };
}

describe('the file of a run', () => {
  let folder: string;
  let said = '';
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'deepthings-test-')), 'soak');
    said = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(join(folder, '..'), { recursive: true });
  });

  it('has every sample while the run is under way, and at the end what became of the pictures', () => {
    const file = new RunFile(folder, PLAN);
    file.add(sample(1));
    file.add(sample(2));
    const { facts, samples, senders } = readRunFile(folder)!;
    expect(facts).toMatchObject({ ...PLAN, node: process.version });
    expect([samples, senders]).toEqual([[sample(1), sample(2)], []]);
    file.end({ samples, senders: [SENDER] });
    expect(readRunFile(folder)).toEqual({ facts, samples, senders: [SENDER] });
  });

  it('is what chart, table and verdict are made of', () => {
    const file = new RunFile(folder, PLAN);
    const samples = Array.from({ length: 80 }, (_, minute) => sample(minute + 1));
    for (const one of samples) file.add(one);
    expect(memoryReport(folder)).toBe(1);
    expect(said).toContain('resident memory of gateway grows by 1.00 MiB a minute');
    expect(said).toMatch(/native memory of gateway.*\n2 THINGS WRONG/);
    const table = readFileSync(join(folder, 'memory.md'), 'utf8');
    const [head, , gateway] = table.split('\n');
    expect(head).toMatch(/^\| node \| MiB \| to 10 min \|.*\| to 80 min \| slope, MiB\/min \|$/);
    expect(gateway).toMatch(/^\| gateway \| resident \| 196 \|.*\| 266 \| 1\.000 \|$/);
    expect(table).toContain('| e0 | native | 65 | 65 |');
    const svg = readFileSync(join(folder, 'memory.svg'), 'utf8');
    expect(svg).toMatch(/^<svg .*>gateway<.*>e0<.*<\/svg>\n$/s);
  });

  it('of a run that has no sample yet makes nothing', () => {
    new RunFile(folder, PLAN);
    expect(memoryReport(folder)).toBe(1);
    expect(said).toContain('no samples');
    expect(memoryReport(join(folder, 'elsewhere'))).toBe(1);
  });
});
