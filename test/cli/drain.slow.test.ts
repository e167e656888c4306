import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SMALL } from '../node/small-cluster.js';
import { type ProcessCluster, startProcessCluster } from '../support/process-cluster.js';
import { waitUntil } from '../support/test-cluster.js';
import { clusterFile, FACES, runCli } from './running-cli.js';

let cluster: ProcessCluster;
beforeAll(async () => {
  cluster = await startProcessCluster(`${SMALL}\nschedule: { heartbeat: { intervalMs: 200 } }`, 2);
}, 60_000);
afterAll(() => cluster?.stop());

const drain = (...args: string[]) => runCli(['drain', ...args, '--gateway', cluster.config.gateway.address]);

async function stateOf(device: string): Promise<string> {
  const { devices } = (await cluster.client.call('getCluster')).json!;
  return devices.find((one) => one.device === device)!.state;
}

describe('deepthings drain', { timeout: 60_000 }, () => {
  test('drains a device and has it back', async () => {
    expect(await drain('e1', '--wait')).toMatchObject({ code: 0, stdout: 'device e1 is drained\n' });
    await waitUntil(async () => (await stateOf('e1')) === 'drained');
    expect(await drain('e1', '--resume')).toMatchObject({ code: 0, stdout: 'device e1 serves\n' });
    await waitUntil(async () => (await stateOf('e1')) === 'live');
  });

  test('drains the gateway and has it back', async () => {
    expect(await drain('gateway', '--wait')).toMatchObject({ code: 0, stdout: 'the gateway is drained\n' });
    expect((await cluster.client.call('getCluster')).json!.drain).toBe('drained');
    expect(await drain('gateway', '--resume')).toMatchObject({ code: 0, stdout: 'the gateway serves\n' });
  });

  test('says what is wrong', async () => {
    const unknown = await drain('e7');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('error: the cluster has no device e7');
    expect(await drain('e1', '--wait', '--resume')).toMatchObject({ code: 2 });
    const nowhere = await runCli(['drain', 'e0', '-c', clusterFile(FACES)]);
    expect(nowhere.code).toBe(1);
    expect(nowhere.stderr).toContain('cannot reach the gateway at http://127.0.0.1:18080');
  });

  test('deepthings quarantine release gives a device work again', async () => {
    const release = (device: string) =>
      runCli(['quarantine', 'release', device, '--gateway', cluster.config.gateway.address]);
    expect(await release('e1')).toMatchObject({ code: 0, stdout: 'device e1 is live\n' });
    const unknown = await release('e7');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('error: the cluster has no device e7');
  });

  test('cannot drain a device that was stopped, which has drained itself', async () => {
    const process = cluster.process('e0');
    const ended = once(process, 'exit');
    process.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(await stateOf('e0')).toBe('left');
    const gone = await drain('e0');
    expect(gone.code).toBe(1);
    expect(gone.stderr).toContain('device e0 is left: was stopped: start it with "deepthings edge e0"');
  });

  test('a gateway that is told to stop drains itself as well', async () => {
    const process = cluster.process('gateway');
    const ended = once(process, 'exit');
    process.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
