import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { DeepThingsClient } from '../../client/client.js';
import { startComputeThread } from '../../server/compute/compute-thread.js';
import { systemThread, threadCpuSeconds } from '../../server/compute/system-thread.js';
import { threadTimes, usedSince } from '../../server/evaluation/cpu-profile.js';
import { CpuCounter } from '../../server/node/cpu-counter.js';

const isLinux = process.platform === 'linux';

function counter() {
  const registry = new Registry();
  registry.setDefaultLabels({ role: 'edge', node: 'e0' });
  const counted = new CpuCounter(registry);
  const client = { call: async () => ({ bytes: new TextEncoder().encode(await registry.metrics()) }) };
  return { counted, times: () => threadTimes(client as unknown as DeepThingsClient) };
}

/** Keeps this thread busy for some milliseconds of its own CPU time. */
function burn(ms: number): void {
  const begin = process.cpuUsage();
  let used = { user: 0, system: 0 };
  while (used.user + used.system < 1000 * ms) used = process.cpuUsage(begin);
}

describe('CPU time by thread', () => {
  it.runIf(isLinux)('tells the thread that serves requests from the one that computes and from the rest', async () => {
    const compute = await startComputeThread({
      model: { name: 'face-detector', width: 96, height: 96 },
      engine: { name: 'onnxruntime', backend: null, threads: 1 },
      stage: { kind: 'remaining', depth: 3 },
    });
    const { counted, times } = counter();
    counted.tellApart({ main: systemThread(), compute: compute.thread });
    const before = await times();
    expect(before.compute).toBeGreaterThan(0);
    burn(60);
    const used = usedSince(before, await times());
    await compute.close();
    expect(used.main).toBeGreaterThan(20);
    expect(used.main).toBeGreaterThan(4 * used.compute);
  });

  it('is one sum where threads are not told apart, and never falls', async () => {
    const { counted, times } = counter();
    counted.tellApart({ main: null, compute: null });
    const first = await times();
    expect([first.main, first.compute]).toEqual([0, 0]);
    expect(first.other).toBeGreaterThan(0);
    burn(10);
    expect((await times()).other).toBeGreaterThan(first.other);
  });

  it('of a thread that is not there is not known', () => {
    expect(threadCpuSeconds(2 ** 30)).toBeNull();
  });
});
