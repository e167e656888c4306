import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { VERSION } from '../../node/version.js';

/** What a measurement was made on and with. */
export interface MachineFacts {
  readonly processor: string;
  readonly cores: number;
  readonly memoryMiB: number;
  /** Kernel. */
  readonly release: string;
  readonly node: string;
  readonly deepthings: string;
  /** Null where this is no checkout; ends in `+` where files differ from the commit. */
  readonly commit: string | null;
  /** Processes that were ready to run in the last minute, on average: others' work disturbs a measurement. */
  readonly load: number;
}

export function machineFacts(): MachineFacts {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    release: release(),
    node: process.version,
    deepthings: VERSION,
    commit: commitOf(dirname(createRequire(import.meta.url).resolve('#package'))),
    load: Math.round(loadavg()[0]! * 100) / 100,
  };
}

/** Returns whether two runs can be laid side by side: all but the load agrees, and no checkout has changes. */
export function isSameMachine(one: MachineFacts, other: MachineFacts): boolean {
  if (one.commit?.endsWith('+') || other.commit?.endsWith('+')) return false;
  const facts = ['processor', 'cores', 'memoryMiB', 'release', 'node', 'deepthings', 'commit'] as const;
  return facts.every((fact) => one[fact] === other[fact]);
}

function commitOf(folder: string): string | null {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    // A package that lies inside of somebody else's checkout has that one's commit for its own.
    if (git('ls-files', 'package.json') === '') return null;
    return git('rev-parse', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+');
  } catch {
    return null;
  }
}
