import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MEMORY_SETTINGS } from '../../server/supervision/memory-settings.js';
import { freePorts } from '../support/process-cluster.js';
import { waitUntil } from '../support/test-cluster.js';
import { clusterFile, type RunningCli, startCli } from './running-cli.js';

const LIMIT_MS = 30_000;

interface Gateway {
  readonly cli: RunningCli;
  /** The process that listens: the one that was started where Node can replace a program, else its child. */
  readonly pid: number;
}

async function startGateway(): Promise<Gateway> {
  const [port, other] = await freePorts(2);
  const file = clusterFile(`model: { name: face-detector }
gateway: { address: 'http://127.0.0.1:${port}' }
devices: [{ id: e0, address: 'http://127.0.0.1:${other}' }]
store: { path: memory }
`);
  const cli = startCli(['gateway', '-c', file]);
  onTestFinished(() => void cli.child.kill('SIGKILL'));
  await waitUntil(() => /listening|remaining layers loaded/.test(cli.printed.stderr), LIMIT_MS);
  const started = cli.child.pid!;
  const [child] = childrenOf(started);
  return { cli, pid: child ?? started };
}

function childrenOf(pid: number): readonly number[] {
  try {
    return execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(Number);
  } catch {
    return [];
  }
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe.skipIf(process.platform !== 'linux')('node dist/server/cli/main.js gateway', { timeout: 90_000 }, () => {
  test('has the memory settings of nodes, and ends when it is told to, with its exit code', async () => {
    const { cli, pid } = await startGateway();
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    expect(commandLine).toEqual(expect.arrayContaining([...MEMORY_SETTINGS.nodeArguments]));
    for (const [name, value] of Object.entries(MEMORY_SETTINGS.environment)) {
      expect(environment).toContain(`${name}=${value}`);
    }
    cli.child.kill('SIGTERM');
    expect((await cli.ended).code).toBe(0);
    expect(isRunning(pid)).toBe(false);
  });

  test('is killed at once, not drained, when the process that was started is killed', async () => {
    const { cli, pid } = await startGateway();
    cli.child.kill('SIGKILL');
    await waitUntil(() => !isRunning(pid), LIMIT_MS);
    await cli.ended;
    expect(cli.printed.stderr).not.toContain('stopping');
  });

  test('ends as the process does that runs in its place', async () => {
    const { cli, pid } = await startGateway();
    process.kill(pid, 'SIGKILL');
    await cli.ended;
    expect(cli.child.signalCode).toBe('SIGKILL');
  });
});
