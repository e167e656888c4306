import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { HeapGauge } from '../../../server/node/observe/heap-gauge.js';

async function shown(registry: Registry): Promise<Record<string, number>> {
  const [metric] = await registry.getMetricsAsJSON();
  expect(metric!.name).toBe('deepthings_heap_bytes');
  return Object.fromEntries(metric!.values.map(({ labels, value }) => [`${labels.thread} ${labels.what}`, value]));
}

describe('heaps by thread', () => {
  it('are those of this thread, and of the compute thread where there is one', async () => {
    const registry = new Registry();
    const gauge = new HeapGauge(registry);
    expect(Object.keys(await shown(registry))).toEqual(['main total', 'main used', 'main external']);
    let computed = { total: 8, used: 5, external: 3 };
    gauge.watchCompute(() => computed);
    expect(await shown(registry)).toMatchObject({ 'compute total': 8, 'compute used': 5, 'compute external': 3 });
    computed = { total: 16, used: 6, external: 4 };
    expect(await shown(registry)).toMatchObject({ 'compute total': 16, 'compute used': 6, 'compute external': 4 });
  });

  it('show what a buffer takes, and what objects take', async () => {
    const registry = new Registry();
    new HeapGauge(registry);
    const before = await shown(registry);
    const buffer = new Uint8Array(64 * 2 ** 20);
    const objects = Array.from({ length: 500_000 }, (_, i) => ({ i }));
    const after = await shown(registry);
    expect(after['main external']! - before['main external']!).toBeGreaterThan(48 * 2 ** 20);
    expect(after['main used']! - before['main used']!).toBeGreaterThan(2 * 2 ** 20);
    expect(after['main used']).toBeLessThanOrEqual(after['main total']!);
    expect([buffer.length, objects.length]).toEqual([64 * 2 ** 20, 500_000]);
  });
});
