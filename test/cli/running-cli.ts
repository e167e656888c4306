import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const CLI = createRequire(import.meta.url).resolve('#cli');

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs, and what it has printed so far. */
export interface RunningCli {
  readonly child: ChildProcess;
  readonly printed: { stdout: string; stderr: string };
  /** Its end, with all that it printed. */
  readonly ended: Promise<CliResult>;
}

/** Starts the compiled program with nothing of this environment that it looks at. */
export function startCli(args: readonly string[], { cwd, env = {} }: CliOptions = {}): RunningCli {
  const rest = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('DEEPTHINGS_')));
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { ...rest, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed.stderr += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...printed }));
  return { child, printed, ended };
}

/** Runs the compiled program to its end. */
export function runCli(args: readonly string[], options?: CliOptions): Promise<CliResult> {
  return startCli(args, options).ended;
}

/** An empty folder, gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'deepthings-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** @returns the path of a cluster.yaml with this text in a folder of its own. */
export function clusterFile(text: string): string {
  const path = join(temporaryFolder(), 'cluster.yaml');
  writeFileSync(path, text);
  return path;
}

/** A cluster.yaml for the face detector; nothing needs to listen on these ports. */
export const FACES = `name: test
model: { name: face-detector }
partition: { grid: 3x3, fusedDepth: 8 }
schedule: { strategy: ftp-wst-s }
gateway: { address: 'http://127.0.0.1:18080' }
devices:
  - { id: e0, address: 'http://127.0.0.1:18081' }
  - { id: e1, address: 'http://127.0.0.1:18082' }
`;
