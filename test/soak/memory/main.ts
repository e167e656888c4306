import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MemoryPlan, runMemorySoak } from './memory-run.js';
import type { MemorySample } from './node-sample.js';
import { memorySvg, memoryTable, trendTable } from './report.js';
import { RunFile, readRunFile } from './run-file.js';
import { memoryMistakes } from './verdict.js';

const MIB = 2 ** 20;
/** Lines that a run prints, however long it is. */
const LINES = 24;

/** Runs for hours, and leaves its samples, a chart and a table in a folder. @returns the exit code. */
export async function memorySoak(plan: MemoryPlan, folder: string): Promise<number> {
  const file = new RunFile(folder, plan);
  say(`seed ${plan.seed}; samples go to ${folder}`);
  let nextMs = 0;
  const run = await runMemorySoak(plan, (sample) => {
    file.add(sample);
    if (sample.atMs < nextMs) return;
    nextMs = sample.atMs + (3_600_000 * plan.hours) / LINES;
    say(sampleLine(sample));
  });
  file.end(run);
  return memoryReport(folder);
}

/** Makes chart and table of the samples in a folder again, also of a run that is under way. @returns the exit code. */
export function memoryReport(folder: string): number {
  const run = readRunFile(folder);
  if (run === null || run.samples.length === 0) {
    say(`no samples in ${folder}: npm run soak -- --hours 2 --out ${folder} writes some`);
    return 1;
  }
  writeFileSync(join(folder, 'memory.svg'), `${memorySvg(run)}\n`);
  const table = memoryTable(run);
  writeFileSync(join(folder, 'memory.md'), table);
  const wrong = memoryMistakes(run);
  const { complete } = run.samples.at(-1)!.frames;
  say(table);
  say(`slopes over the second half; ${complete} frames completed`);
  say(trendTable(run.samples));
  for (const { plan, sent, accepted, refused } of run.senders) {
    say(`${plan.name}: ${sent} pictures sent, ${accepted} accepted, ${refused} refused`);
  }
  for (const mistake of wrong) say(mistake);
  say(wrong.length === 0 ? 'well' : `${wrong.length} THINGS WRONG`);
  return wrong.length === 0 ? 0 : 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function sampleLine({ atMs, frames, nodes }: MemorySample): string {
  const mib = (bytes: number) => Math.round(bytes / MIB);
  const memory = Object.entries(nodes).map(
    ([node, { files, heap, own }]) => `${node} ${mib(own + files)} (${mib(heap)} heap, ${mib(own - heap)} native)`,
  );
  return `${(atMs / 60_000).toFixed(0).padStart(4)} min: ${frames.complete} frames; resident MiB: ${memory.join(', ')}`;
}
