import { expect, test } from 'vitest';
import { createMetrics } from '../../server/node/observe/metrics.js';
import { parseMetrics } from './metrics-text.js';

test('what a node holds is read out of its metrics', async () => {
  const metrics = createMetrics({ role: 'edge', node: 'e"0' });
  let bytes = 5;
  metrics.holds('bytes of strips', () => bytes);
  metrics.holds('tasks', () => 0);
  metrics.refused.inc({ code: 'DT_INTERNAL' }, 2);
  const held = async () =>
    parseMetrics(await metrics.registry.metrics())
      .filter(({ name }) => name === 'deepthings_held')
      .map(({ labels, value }) => [labels.what, value]);
  expect(await held()).toEqual([
    ['bytes of strips', 5],
    ['tasks', 0],
  ]);
  bytes = 0;
  expect(await held()).toContainEqual(['bytes of strips', 0]);
  const samples = parseMetrics(await metrics.registry.metrics());
  expect(samples.find(({ name }) => name === 'deepthings_refused_total')).toMatchObject({
    labels: { code: 'DT_INTERNAL', role: 'edge' },
    value: 2,
  });
});
