import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { DeepThingsClient } from '../../../client/client.js';
import { startComputeThread } from '../../../server/compute/compute-thread.js';
import { systemThread, threadCpuSeconds } from '../../../server/compute/system-thread.js';
import { threadsOf, threadTimes, usedSince } from '../../../server/evaluation/measure/cpu-profile.js';
import { CpuCounter } from '../../../server/node/observe/cpu-counter.js';

const isLinux = process.platform === 'linux';

function counter() {
  const registry = new Registry();
  registry.setDefaultLabels({ role: 'edge', node: 'e0' });
  const counted = new CpuCounter(registry);
  const client = { call: async () => ({ bytes: new TextEncoder().encode(await registry.metrics()) }) };
  const values = async () => {
    const { values: all } = (await registry.getMetricsAsJSON()).find(({ name }) => name.includes('cpu'))!;
    return Object.fromEntries(all.map(({ labels, value }) => [labels.thread, value]));
  };
  return { counted, values, client: client as unknown as DeepThingsClient };
}

/** Keeps this thread busy for some milliseconds of the process's CPU time. */
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
      stage: { kind: 'remaining', depth: 3, grid: { rows: 1, columns: 1 } },
    });
    const { client, counted, values } = counter();
    expect(await threadsOf(client, process.pid)).toBeNull();
    counted.separate({ main: systemThread(), compute: compute.thread });
    const threads = (await threadsOf(client, process.pid))!;
    expect(threads).toEqual({ process: process.pid, main: systemThread(), compute: compute.thread });
    const [before, counts] = [threadTimes(threads), await values()];
    expect(before.compute).toBeGreaterThan(0);
    burn(300);
    const used = usedSince(before, threadTimes(threads));
    const main = (await values()).main - counts.main;
    await compute.close();
    expect(used.main).toBeGreaterThan(20);
    expect(used.main).toBeGreaterThan(4 * used.compute);
    expect(main).toBeGreaterThan(0.02);
  });

  it('is one sum where threads are not told apart, and never falls', async () => {
    const { counted, values } = counter();
    counted.separate({ main: null, compute: null });
    const first = await values();
    expect(Object.keys(first)).toEqual(['other']);
    expect(first.other).toBeGreaterThan(0);
    burn(10);
    expect((await values()).other).toBeGreaterThan(first.other!);
  });

  it('of a thread that is not there is not known', () => {
    expect(threadCpuSeconds(2 ** 30)).toBeNull();
  });
});
