import { textTable } from '../../server/cli/terminal/text-table.js';
import { readRun } from '../support/run-options.js';
import { useTable } from '../support/use-table.js';
import { memoryReport, memorySoak } from './memory/main.js';
import type { MemoryPlan } from './memory/memory-run.js';
import type { Sample } from './samples.js';
import { runSoak, type SoakPlan, type SoakReport } from './soak-run.js';

const USAGE = `npm run soak -- [--seconds T] [--seed S] [--json] [--keep]
npm run soak -- --hours H [--rate R] [--seed S] [--out FOLDER]
npm run soak -- --report FOLDER

Asks a cluster of real processes for twice what it can do, for T seconds (600 if nothing is said), and checks that it
refuses the rest, is fair, keeps what it accepted, and that neither memory nor a queue grows. A seed S gives the moments at
which pictures are sent.

With --hours a cluster gets R frames a second for H hours instead (4 if nothing is said; less than it can do). Every ten
seconds each process's memory is written down, V8's heaps and native memory told apart, to memory.jsonl in FOLDER
(bench-results/soak); memory.svg and memory.md are made of it at the end, and --report makes them again, while it runs too.
Wrong is memory that grows faster than its bound in the second half. It takes an hour to tell.
`;
const MIB = 2 ** 20;
/** Lines that a run prints, however long it is. */
const LINES = 20;

/** @returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const plan = readPlan(args);
  if (typeof plan === 'number') return plan;
  if ('report' in plan) return memoryReport(plan.report);
  if ('hours' in plan) return memorySoak(plan, plan.out);
  return overloadSoak(plan);
}

async function overloadSoak(plan: JsonSoakPlan): Promise<number> {
  const say = (line: string) => void (plan.json ? process.stderr : process.stdout).write(`${line}\n`);
  say(`seed ${plan.seed}`);
  let nextMs = 0;
  const report = await runSoak(plan, (sample) => {
    if (sample.atMs < nextMs) return;
    nextMs = sample.atMs + (1_000 * plan.seconds) / LINES;
    say(sampleLine(sample));
  });
  say(describe(report, plan));
  if (plan.json) process.stdout.write(`${JSON.stringify(forJson(report), null, 2)}\n`);
  return report.wrong.length === 0 ? 0 : 1;
}

function sampleLine({ atMs, rss, openFrames, ended }: Sample): string {
  const memory = [...rss].map(([node, bytes]) => `${node} ${Math.round(bytes / MIB)}`).join(', ');
  return `${String(Math.round(atMs / 1_000)).padStart(4)} s: ${ended.complete} frames complete, ${openFrames} open; RSS MiB: ${memory}`;
}

function describe(
  { wrong, capacity, samples, senders, before, after, folder }: SoakReport,
  { seconds }: SoakPlan,
): string {
  const perSecond = (count: number) => (count / seconds).toFixed(1);
  const rows = senders.map(({ plan, sent, accepted, refused, leftOut }) => [
    plan.name,
    ...[plan.perSecond.toFixed(1), perSecond(sent), perSecond(accepted), perSecond(refused), perSecond(leftOut)],
  ]);
  const [first, last] = [samples[0]!, samples.at(-1)!];
  const rate = (1_000 * (last.ended.complete - first.ended.complete)) / (last.atMs - first.atMs);
  return [
    `capacity ${capacity.toFixed(1)} frames/s; under twice that ${rate.toFixed(1)} frames/s completed`,
    textTable(
      ['who', 'wants /s', 'sent /s', 'accepted /s', 'refused /s', 'left out /s'].map((title) => ({ title })),
      rows,
    ),
    'idle, before and after:',
    useTable(before, after),
    ...wrong,
    ...(folder === null ? [] : [`logs: ${folder}`]),
    wrong.length === 0 ? 'well' : `${wrong.length} THINGS WRONG`,
  ].join('\n');
}

function forJson({ samples, senders, ...rest }: SoakReport) {
  return {
    ...rest,
    senders: senders.map((sender) => ({ ...sender, other: Object.fromEntries(sender.other) })),
    samples: samples.map(({ rss, held, ...sample }) => ({
      ...sample,
      rss: Object.fromEntries(rss),
      held: Object.fromEntries(held),
    })),
  };
}

interface JsonSoakPlan extends SoakPlan {
  readonly json: boolean;
}

type AnyPlan = JsonSoakPlan | (MemoryPlan & { readonly out: string }) | { readonly report: string };

function readPlan(args: readonly string[]): AnyPlan | number {
  return readRun(args, {
    usage: USAGE,
    options: {
      ...{ seconds: { type: 'string' }, json: { type: 'boolean', default: false } },
      ...{ hours: { type: 'string' }, rate: { type: 'string', default: '4' } },
      ...{ out: { type: 'string', default: 'bench-results/soak' }, report: { type: 'string' } },
    },
    plan: ({ json, keep, out, report, ...values }, seed): AnyPlan | string => {
      if (report !== undefined) return { report };
      if (values.hours !== undefined) {
        if (values.seconds !== undefined) return '--hours and --seconds are different runs: give one of them';
        const [hours, perSecond] = [Number(values.hours), Number(values.rate)];
        if (!(hours >= 0.01 && perSecond > 0)) return '--hours is a number from 0.01, --rate one above 0';
        return { hours, perSecond, seed, out };
      }
      const seconds = Number(values.seconds ?? '600');
      return seconds >= 10 ? { seconds, seed, json, keep } : '--seconds is a number from 10';
    },
  });
}
