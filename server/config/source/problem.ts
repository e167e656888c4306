import { DeepThingsError } from '../../errors.js';
import { type ConfigPath, formatPath, isPrefix, type Position, type PositionIndex } from './position.js';

/** One mistake in a cluster.yaml: where it is, what is wrong, how to fix it. */
export interface ConfigProblem {
  readonly file: string;
  /** From 1; 0 when the problem is the file itself (missing, unreadable). */
  readonly line: number;
  /** From 1; 0 when the problem is the file itself. */
  readonly column: number;
  /** The key as a reader would write it, `devices[1].address`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
}

/** More than this many problems are counted, not listed. */
const LISTED_PROBLEMS = 100;

/** `cluster.yaml:12:9 devices[1].address: what is wrong (how to fix it)`. */
export function formatProblem(problem: ConfigProblem): string {
  const place = problem.line === 0 ? `${problem.file}:` : `${problem.file}:${problem.line}:${problem.column}`;
  const key = problem.path === '' ? '' : ` ${problem.path}:`;
  return `${place}${key} ${problem.message} (${problem.remedy})`;
}

/** A cluster.yaml that cannot be used (code `DT_CONFIG`); the message lists every problem, one a line. */
export class ConfigError extends DeepThingsError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[], options?: { cause?: unknown }) {
    const lines = problems.slice(0, LISTED_PROBLEMS).map(formatProblem);
    if (problems.length > LISTED_PROBLEMS) lines.push(`… and ${problems.length - LISTED_PROBLEMS} more problems`);
    super('DT_CONFIG', lines.join('\n'), options);
    this.name = 'ConfigError';
    this.problems = Object.freeze([...problems]);
  }
}

/** A problem of the file as a whole, which has no line. */
export function fileProblem(file: string, message: string, remedy: string): ConfigProblem {
  return { file, line: 0, column: 0, path: '', message, remedy };
}

interface Report {
  /** Whether it stands at a key's name or at its value. */
  readonly at: 'key' | 'value';
  /** Overrides the position that the path has. */
  readonly position?: Position;
}

/** Gathers the problems of one file. A key gets one problem: whatever is found later at the same path is an echo. */
export class ProblemList {
  readonly #file: string;
  readonly #positions: PositionIndex;
  readonly #problems = new Map<string, { path: ConfigPath; problem: ConfigProblem }>();
  readonly #excused = new Set<string>();

  constructor(file: string, positions: PositionIndex) {
    this.#file = file;
    this.#positions = positions;
  }

  report(path: ConfigPath, message: string, remedy: string, where: Report = { at: 'value' }): void {
    const position =
      where.position ?? (where.at === 'key' ? this.#positions.ofKey(path) : this.#positions.ofValue(path));
    if (this.has(path)) return;
    const problem = { file: this.#file, ...position, path: formatPath(path), message, remedy };
    this.#problems.set(JSON.stringify(path), { path, problem: Object.freeze(problem) });
  }

  /** Takes no problem at this path any more: a problem elsewhere, such as a mistyped key, is the reason for it. */
  excuse(path: ConfigPath): void {
    this.#excused.add(JSON.stringify(path));
  }

  /** Whether exactly this path has a problem or is excused from having one. */
  has(path: ConfigPath): boolean {
    const id = JSON.stringify(path);
    return this.#problems.has(id) || this.#excused.has(id);
  }

  /** Whether there is a problem at this path, above it or below it, so that its value says nothing. */
  isSpoiled(path: ConfigPath): boolean {
    if (this.has(path)) return true;
    for (const reported of this.#problems.values()) {
      if (isPrefix(reported.path, path) || isPrefix(path, reported.path)) return true;
    }
    return false;
  }

  get isEmpty(): boolean {
    return this.#problems.size === 0;
  }

  /** In the order of the file. */
  sorted(): ConfigProblem[] {
    // What an anchor holds is found wrong once more for each alias.
    const once = new Map<string, ConfigProblem>();
    for (const { path, problem } of this.#problems.values()) {
      const id = JSON.stringify([problem.line, problem.column, problem.message, path.at(-1)]);
      if (!once.has(id)) once.set(id, problem);
    }
    return [...once.values()].sort((a, b) => a.line - b.line || a.column - b.column);
  }
}
