import { STRATEGIES } from '../../server/scheduling/strategies/strategy.js';
import { readRun } from '../support/run-options.js';
import { type RunReport, runChaos } from './chaos-run.js';
import type { Strategy } from './cluster-shape.js';
import { FAULT_NAMES, FAULTS, type FaultName } from './faults.js';
import { drawPlan } from './plan.js';
import { describeRun, markdownTable, repeatCommand } from './report.js';

const USAGE = `npm run chaos -- [--runs N] [--seconds T] [--seed S] [--only fault,…] [--strategies name,…]
                 [--json] [--markdown] [--keep]

Runs clusters of real processes, does random things to them, and checks that nothing is lost. The runs of a seed S have
the seeds S, S + 1 and so on; --runs 1 --seed S repeats one. --strategies: of clusters and frames, of
${STRATEGIES.join(', ')}. Faults:
${FAULT_NAMES.map((name) => `  ${name.padEnd(16)}${FAULTS[name].what}`).join('\n')}
`;

interface ChaosOptions {
  readonly runs: number;
  readonly endMs: number;
  readonly seed: number;
  readonly only: readonly FaultName[];
  readonly strategies: readonly Strategy[];
  /** The options above as they were written, to repeat a run with. */
  readonly filters: string;
  readonly json: boolean;
  readonly markdown: boolean;
  readonly keep: boolean;
}

/** @returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'number') return options;
  const say = (text: string) => (options.json ? process.stderr : process.stdout).write(text);
  const reports: RunReport[] = [];
  for (let i = 0; i < options.runs && Date.now() < options.endMs; i++) {
    const seed = (options.seed + i) >>> 0;
    say(`run ${i + 1}, seed ${seed}: `);
    const plan = drawPlan(seed, options.only, options.strategies);
    const report = await runChaos(plan, options.keep);
    reports.push(report);
    say(`${describeRun(report)}\n`);
    if (report.wrong.length > 0) {
      say(`${report.wrong.map((line) => `  ${line}\n`).join('')}`);
      say(`  what was done: ${JSON.stringify(plan.shape)}\n`);
      say(
        plan.actions
          .filter(({ kind }) => kind !== 'submit')
          .map((action) => `    ${JSON.stringify(action)}\n`)
          .join(''),
      );
      say(`  logs and cluster.yaml: ${report.folder}\n`);
      say(`  to repeat it: ${repeatCommand(seed, options.filters)}\n`);
    }
  }
  if (options.json) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
  if (options.markdown) process.stdout.write(markdownTable(reports));
  const bad = reports.filter(({ wrong }) => wrong.length > 0);
  say(`${reports.length} runs, ${bad.length} of them bad${bad.map(({ seed }) => ` ${seed}`).join('')}\n`);
  return bad.length === 0 && reports.length > 0 ? 0 : 1;
}

function filtersText({ only, strategies }: { readonly only?: string; readonly strategies?: string }): string {
  return `${only === undefined ? '' : ` --only ${only}`}${strategies === undefined ? '' : ` --strategies ${strategies}`}`;
}

function readOptions(args: readonly string[]): ChaosOptions | number {
  return readRun(args, {
    usage: USAGE,
    options: {
      runs: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string' },
      strategies: { type: 'string' },
      json: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
    },
    plan: ({ json, keep, markdown, ...values }, seed): ChaosOptions | string => {
      const seconds = values.seconds === undefined ? null : Number(values.seconds);
      const runs = values.runs === undefined ? (seconds === null ? 1 : Number.POSITIVE_INFINITY) : Number(values.runs);
      const only = values.only?.split(',') ?? FAULT_NAMES;
      const unknown = only.filter((name) => !FAULT_NAMES.includes(name as FaultName));
      if (unknown.length > 0) return `no such fault: ${unknown.join(', ')}`;
      const strategies = values.strategies?.split(',') ?? STRATEGIES;
      const unfit = strategies.filter((name) => !STRATEGIES.includes(name as Strategy));
      if (unfit.length > 0) return `no such strategy: ${unfit.join(', ')}`;
      if (!(runs > 0) || (seconds !== null && !(seconds > 0))) return '--runs and --seconds are numbers';
      return {
        runs,
        endMs: seconds === null ? Number.POSITIVE_INFINITY : Date.now() + seconds * 1_000,
        seed,
        only: only as FaultName[],
        strategies: strategies as Strategy[],
        filters: filtersText(values),
        json,
        markdown,
        keep,
      };
    },
  });
}

process.exit(await main(process.argv.slice(2)));
