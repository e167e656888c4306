import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { createClient } from '../../client/client.js';
import { createUndiciTransport } from '../../client/undici-transport.js';
import { startCli } from '../cli/running-cli.js';
import { SMALL } from '../node/small-cluster.js';
import { type ProcessCluster, startProcessCluster } from '../support/process-cluster.js';
import { waitUntil } from '../support/test-cluster.js';

/** A device whose gateway does not answer any more cannot be drained: it waits for that to pass. */
async function stuckDevice(timeoutMs: number) {
  cluster = await startProcessCluster(`${SMALL}\nschedule: { drain: { timeoutMs: ${timeoutMs} } }`, 1);
  const { client, config } = cluster;
  const first = cluster.process('e0');
  const ended = once(first, 'exit');
  first.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  const device = startCli(['edge', 'e0', '-c', config.file]);
  await waitUntil(async () => (await client.call('getCluster')).json!.devices[0]!.state === 'live', 30_000);
  cluster.process('gateway').kill('SIGSTOP');
  device.child.kill('SIGTERM');
  return device;
}

let cluster: ProcessCluster | undefined;
afterEach(() => cluster?.stop());

describe('a device that cannot be drained', { timeout: 60_000 }, () => {
  test('ends all the same when its time is over, and says so', async () => {
    const device = await stuckDevice(300);
    const { code, stderr } = await device.ended;
    expect(code).toBe(0);
    expect(stderr).toContain('schedule.drain.timeoutMs');
  });

  test('ends at once when it is told a second time', async () => {
    const device = await stuckDevice(3_600_000);
    const { transport, close } = createUndiciTransport();
    const itself = createClient({ baseUrl: cluster!.config.devices[0]!.address, transport });
    await waitUntil(async () => (await itself.call('getCluster')).json!.drain !== 'serving');
    // Sooner it would be taken for the echo of the first.
    await waitUntil(() => {
      device.child.kill('SIGTERM');
      return device.child.signalCode !== null;
    });
    expect(device.child.signalCode).toBe('SIGKILL');
    await close();
  });
});
