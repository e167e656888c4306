import type { ClusterFile } from './cluster-file.js';
import type { ConfigPath } from './source/position.js';
import type { ProblemList } from './source/problem.js';
import type { YamlSource } from './source/yaml-source.js';

type Partly<T> = T extends readonly (infer Item)[]
  ? readonly (Partly<Item> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: Partly<T[K]> | undefined }
    : T;

/** What is usable of a file that may have mistakes: cross-checks go on with it. */
export interface Draft {
  /** What is given and of the right shape; the rest is left out. Entries of lists keep their index. */
  readonly given: Partly<ClusterFile>;
  readonly problems: ProblemList;
}

/** Leaves out every value that a problem was reported for. The source must have been checked against the schema. */
export function draftOf({ value, problems }: YamlSource): Draft {
  const given = (usable(value, [], problems) ?? {}) as Partly<ClusterFile>;
  return { given, problems };
}

function usable(value: unknown, path: ConfigPath, problems: ProblemList): unknown {
  if (problems.has(path)) return undefined;
  if (Array.isArray(value)) return value.map((item, index) => usable(item, [...path, index], problems));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, usable(item, [...path, key], problems)]));
}
