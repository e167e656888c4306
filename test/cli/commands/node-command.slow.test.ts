import { describe, expect, test } from 'vitest';
import { freePorts } from '../../support/process-cluster.js';
import { waitUntil } from '../../support/test-cluster.js';
import { clusterFile, FACES, runCli, startCli } from '../running-cli.js';

const START_LIMIT_MS = 30_000;

describe('one node in the foreground', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('ends in good order at %s', async (signal) => {
    const [port] = await freePorts(1);
    const device = startCli(['edge', 'e0', '-c', clusterFile(FACES), '--listen', `127.0.0.1:${port}`]);
    await waitUntil(() => device.printed.stderr.includes('listens') || device.child.exitCode !== null, START_LIMIT_MS);
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
    device.child.kill(signal);
    const { code, stdout, stderr } = await device.ended;
    expect([code, stdout]).toEqual([0, '']);
    const entries = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(entries.map(({ msg }) => msg)).toContain('stopping');
    expect(new Set(entries.map(({ node }) => node))).toEqual(new Set(['e0']));
  });

  test('says that its port is taken', async () => {
    const [port] = await freePorts(1);
    const listen = ['--listen', `127.0.0.1:${port}`];
    const file = clusterFile(`${FACES}\nstore: { path: memory }`);
    const first = startCli(['gateway', '-c', file, ...listen]);
    await waitUntil(() => first.printed.stderr.includes('listens') || first.child.exitCode !== null, START_LIMIT_MS);
    const second = await runCli(['gateway', '-c', file, ...listen]);
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`error: port ${port} on 127.0.0.1 is in use: stop the program that has it`);
    expect(second.stderr).not.toMatch(/^\s+at /m);
  });
});
