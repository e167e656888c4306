import { readRun } from '../support/run-options.js';
import { useTable } from '../support/use-table.js';
import { type FuzzPlan, runFuzz } from './fuzz-run.js';

const USAGE = `npm run fuzz -- [--seconds T] [--seed S] [--case N | --case N-M] [--keep]

Sends malformed requests to every endpoint of a cluster of real processes, for T seconds (600 if nothing is said), and
checks that none of it does any harm. What a seed S asks is always the same but for ids of frames; --case N asks number N
alone, --case N-M all from N to M.
`;

/** @returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const plan = readPlan(args);
  if (typeof plan === 'number') return plan;
  const say = (line: string) => process.stdout.write(`${line}\n`);
  say(`seed ${plan.seed}`);
  const { wrong, cases, statuses, slowestLiveMs, before, after, folder } = await runFuzz(plan);
  const counted = Object.entries(statuses).map(([status, count]) => `${count} ${status}`);
  say(`${cases} requests; answers: ${counted.join(', ')}; /livez took at most ${Math.round(slowestLiveMs)} ms`);
  if (before.length > 0 && after.length > 0) say(useTable(before, after));
  for (const line of wrong) say(line);
  if (folder !== null) say(`logs: ${folder}`);
  say(wrong.length === 0 ? 'well' : `${wrong.length} THINGS WRONG, seed ${plan.seed}`);
  return wrong.length === 0 ? 0 : 1;
}

function readPlan(args: readonly string[]): FuzzPlan | number {
  return readRun(args, {
    usage: USAGE,
    options: { seconds: { type: 'string', default: '600' }, case: { type: 'string' } },
    plan: (values, seed): FuzzPlan | string => {
      const seconds = Number(values.seconds);
      const range = values.case === undefined ? null : /^(\d+)(?:-(\d+))?$/.exec(values.case);
      if (!(seconds > 0)) return '--seconds is a number';
      if (values.case !== undefined && range === null) return '--case is one number, or two';
      const cases = range === null ? null : ([Number(range[1]), Number(range[2] ?? range[1])] as const);
      return { seed, seconds, cases, keep: values.keep };
    },
  });
}

process.exit(await main(process.argv.slice(2)));
