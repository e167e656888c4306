import { type ParseArgsConfig, parseArgs } from 'node:util';

/** What every long run can be told. */
const COMMON = {
  seed: { type: 'string' },
  keep: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

type Options = NonNullable<ParseArgsConfig['options']>;

type Values<Own extends Options> = ReturnType<typeof parseArgs<{ options: Own & typeof COMMON }>>['values'];

export interface RunCommand<Own extends Options, Plan> {
  readonly usage: string;
  readonly options: Own;
  /** @returns a sentence where what was given makes no plan. */
  readonly plan: (values: Values<Own>, seed: number) => Plan | string;
}

/**
 * Reads the command line of a run over real processes, and lets Ctrl-C end it. Where there is nothing to run it has said why.
 *
 * @returns the plan, or the exit code.
 */
export function readRun<Own extends Options, Plan extends object>(
  args: readonly string[],
  { usage, options, plan }: RunCommand<Own, Plan>,
): Plan | number {
  const refuse = (why: string) => {
    process.stderr.write(`${why}\n${usage}`);
    return 2;
  };
  let values: Values<Own>;
  try {
    ({ values } = parseArgs({ args: [...args], options: { ...options, ...COMMON } }));
  } catch (error) {
    return refuse((error as Error).message);
  }
  const { help, seed: given } = values as { readonly help: boolean; readonly seed?: string };
  if (help) {
    process.stderr.write(usage);
    return 0;
  }
  const seed = given === undefined ? Date.now() % 1_000_000_000 : Number(given);
  if (!Number.isInteger(seed)) return refuse('--seed is a whole number');
  const made = plan(values, seed);
  if (typeof made === 'string') return refuse(made);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  return made;
}
