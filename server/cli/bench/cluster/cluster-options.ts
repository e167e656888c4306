import { resolve } from 'node:path';
import type { Cell } from '../../../evaluation/cluster/cell.js';
import { CELLS } from '../../../evaluation/cluster/cells.js';
import { nameList, oneNumber } from '../list-options.js';

/** As given on the command line. */
export interface ClusterOptions {
  readonly cells?: string;
  readonly list?: boolean;
  readonly rounds?: string;
  readonly warmup?: string;
  readonly out?: string;
  readonly fresh?: boolean;
  readonly render?: boolean;
  readonly docs?: boolean;
}

export interface ClusterSettings {
  /** In the order in which they are measured. */
  readonly cells: readonly Cell[];
  readonly out: string;
}

const MOST_ROUNDS = 100;

/** @throws DeepThingsError `DT_USAGE` */
export function clusterSettings({ cells, out, rounds, warmup }: ClusterOptions): ClusterSettings {
  const names = CELLS.map(({ id }) => id);
  const wanted = cells === undefined ? names : nameList('--cells', cells, names);
  const count = (option: string, text: string | undefined, least: number) =>
    text === undefined ? null : oneNumber(option, text, { least, most: MOST_ROUNDS, whole: true });
  const changes = { rounds: count('--rounds', rounds, 1), warmup: count('--warmup', warmup, 0) };
  return {
    cells: CELLS.filter(({ id }) => wanted.includes(id)).map((cell) => ({
      ...cell,
      rounds: changes.rounds ?? cell.rounds,
      warmup: changes.warmup ?? cell.warmup,
    })),
    out: resolve(out ?? 'bench-results/cluster'),
  };
}
