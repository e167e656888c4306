import { afterEach, expect, test, vi } from 'vitest';
import type { TestCluster } from '../support/test-cluster.js';
import { engines } from '../support/wrong-engine.js';
import { NANODET, startCompared } from './compared-gangs.js';

vi.mock('../../server/compute/compute-thread.js', async (original) => {
  const { withWrongEngines } = await import('../support/wrong-engine.js');
  return withWrongEngines(await original());
});

let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
  engines.reset();
});

async function start(devices: number) {
  const compared = await startCompared(devices, { yaml: `${NANODET}\naudit: { fraction: 1 }` });
  cluster = compared.cluster;
  const { gateway } = cluster;
  return {
    ...compared,
    async audits(outcome: string): Promise<number> {
      const { body } = await gateway.app.inject('/metrics');
      const line = body.split('\n').find((one) => one.startsWith(`deepthings_audits_total{outcome="${outcome}"`));
      return Number(line?.split(' ').at(-1) ?? 0);
    },
  };
}

test('a gang whose blocks are right is found right', { timeout: 120_000 }, async () => {
  const { audits, members, states } = await start(3);
  expect(await members('gang')).toEqual(['e0', 'e1', 'e2']);
  expect([await audits('agreed'), await audits('undecided'), await audits('skipped')]).toEqual([1, 0, 0]);
  expect(await states()).toEqual(['e0 live', 'e1 live', 'e2 live']);
});

test('the member that is wrong is proven so, its neighbours are not blamed, and frames are right', {
  timeout: 120_000,
}, async () => {
  const { audits, members, states } = await start(3);
  engines.wrong.add(1);
  await members('gang');
  expect([await audits('undecided'), await audits('disagreed')]).toEqual([1, 1]);
  expect(await states()).toEqual(['e0 live', 'e1 quarantined', 'e2 live']);
  expect(await members('gang')).toEqual(['e0', 'e2']);
});

test('a device that computes whole frames wrongly is found at once', { timeout: 120_000 }, async () => {
  const { audits, members, states } = await start(2);
  engines.wrong.add(0);
  expect(await members('whole')).toEqual(['e1']);
  expect([await audits('disagreed'), await audits('agreed')]).toEqual([1, 1]);
  expect(await states()).toEqual(['e0 quarantined', 'e1 live']);
});
