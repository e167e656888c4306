import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeepThingsError } from '../../errors.js';
import type { Command } from './host-plan.js';

/** What a host may use. */
export interface GroupLimits {
  readonly cpuCores: number;
  readonly memoryBytes: number | null;
}

export interface GroupUsage {
  /** The most memory that was charged to it, pages of files included; null where the kernel does not tell. */
  readonly peakBytes: number | null;
  /** Processes that were killed because its memory limit was reached. */
  readonly oomKills: number;
  /** Processor time; null where the kernel does not tell. */
  readonly cpuMs: number | null;
}

/** Control groups of one of the kernel's two versions. A name is of one group, in as many hierarchies as it takes. */
export interface ControlGroups {
  readonly version: 1 | 2;
  /** @throws DeepThingsError `DT_CGROUP` when it cannot be made. */
  create(name: string, limits: GroupLimits): void;
  /** Gives it another share of a core. @throws DeepThingsError `DT_CGROUP` */
  setCpu(name: string, cpuCores: number): void;
  /** Files that a process writes its id to, in order to join. */
  joinFiles(name: string): readonly string[];
  usage(name: string): GroupUsage;
  /** Names of all groups at the top. */
  names(): readonly string[];
  /** Kills what runs in it and removes it; no error when it is gone. */
  remove(name: string): void;
}

/**
 * How often a quota is given out. The kernel's own 100 ms would have a host of 0.05 core compute 5 ms and then stand still
 * for 95; it takes no quota under 1 ms.
 */
const PERIOD_US = 20_000;
const LEAST_QUOTA_US = 1_000;
/** A quota of less would need a period beyond the kernel's 1 s. */
export const LEAST_CPU_CORES = LEAST_QUOTA_US / 1_000_000;

export function quotaOf(cpuCores: number): { readonly quotaUs: number; readonly periodUs: number } {
  const periodUs = Math.max(PERIOD_US, Math.ceil(LEAST_QUOTA_US / cpuCores));
  return { periodUs, quotaUs: Math.round(cpuCores * periodUs) };
}

const PATIENCE_MS = 3_000;
const POLL_MS = 10;

/** Folders of groups, as both versions have them. */
export class GroupFolders {
  readonly #mounts: readonly string[];

  /** @param mounts where the hierarchies are mounted; each once. */
  constructor(mounts: readonly string[]) {
    this.#mounts = [...new Set(mounts)];
  }

  create(name: string): void {
    for (const mount of this.#mounts) attempt(() => mkdirSync(join(mount, name), { recursive: true }), name);
  }

  joinFiles(name: string): readonly string[] {
    return this.#mounts.map((mount) => join(mount, name, 'cgroup.procs'));
  }

  names(): readonly string[] {
    const folders = this.#mounts.flatMap((mount) => readdirSync(mount, { withFileTypes: true }));
    return [...new Set(folders.filter((entry) => entry.isDirectory()).map((entry) => entry.name))];
  }

  /** A group can be removed only when its processes are gone, which takes a moment after they were killed. */
  remove(name: string): void {
    const until = Date.now() + PATIENCE_MS;
    for (const mount of this.#mounts) {
      const folder = join(mount, name);
      while (existsSync(folder)) {
        killAll(join(folder, 'cgroup.procs'));
        try {
          rmdirSync(folder);
        } catch (cause) {
          if ((cause as NodeJS.ErrnoException).code === 'ENOENT') break;
          if (Date.now() > until) throw refusal(name, cause);
          pauseInPlace(POLL_MS);
        }
      }
    }
  }
}

function killAll(file: string): void {
  for (const pid of readText(file).split('\n').map(Number)) {
    // 0 is a process that this container cannot see, and would mean this process's own group.
    if (pid <= 0 || pid === process.pid) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** @throws DeepThingsError `DT_CGROUP` */
export function writeLimit(file: string, value: string, name: string): void {
  attempt(() => writeFileSync(file, value), name);
}

/** @returns empty for a file that is not there. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** @returns null for a file that is not there. */
export function readNumber(file: string): number | null {
  const text = readText(file).trim();
  return /^\d+$/.test(text) ? Number(text) : null;
}

/** The value behind a key in a file of lines such as `oom_kill 3`; null when there is none. */
export function readKeyed(file: string, key: string): number | null {
  const line = readText(file)
    .split('\n')
    .find((text) => text.startsWith(`${key} `));
  return line === undefined ? null : Number(line.slice(key.length + 1));
}

function attempt(act: () => void, name: string): void {
  try {
    act();
  } catch (cause) {
    throw refusal(name, cause);
  }
}

function refusal(name: string, cause: unknown): DeepThingsError {
  return new DeepThingsError('DT_CGROUP', `the control group ${name}: ${(cause as Error).message}`, { cause });
}

const PAUSE_CELL = new Int32Array(new SharedArrayBuffer(4));

/** Waits without giving the thread away: for what has to be finished while the process ends. */
function pauseInPlace(ms: number): void {
  Atomics.wait(PAUSE_CELL, 0, 0, ms);
}

/** Joins groups, then becomes the command after `--`. */
const JOIN_AND_BECOME = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit 1; shift; done; shift; exec "$@"';

/**
 * The command line that a process is run within to be in control groups from its start on.
 *
 * @param joinFiles as `ControlGroups` names them.
 */
export function joiningGroups(joinFiles: readonly string[]): Command {
  return ['sh', '-c', JOIN_AND_BECOME, 'sh', ...joinFiles, '--'];
}
