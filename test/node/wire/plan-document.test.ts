import { expect, it } from 'vitest';
import { planCluster } from '../../../server/node/cluster-plan.js';
import { planDocument } from '../../../server/node/wire/plan-document.js';
import { testConfig } from '../../support/test-cluster.js';

it('the plan of a gang says of which maps strips are sent, and names each node once', async () => {
  const config = await testConfig('model: { name: yolov2-tiny, weights: synthetic }', 3, 'http://127.0.0.1:65535');
  const plan = await planCluster(config);
  const { gang } = planDocument(plan, 'd');
  expect(gang.values).toEqual(plan.gang.stage.values);
  expect(gang.stages.length).toBeGreaterThan(1);
  const nodes = gang.stages.flatMap((stage) => stage.nodes);
  expect(new Set(nodes).size).toBe(nodes.length);
  expect(nodes.toSorted()).toEqual(plan.gang.stage.nodes.map(({ node }) => node.name).toSorted());
  for (const { sends } of gang.stages.slice(0, -1)) expect(sends.length).toBeGreaterThan(0);
  expect(gang.stages.at(-1)!.sends).toEqual([]);
  const { name, channels } = gang.stages[0]!.sends[0]!;
  expect(plan.network.graph.values.get(name)!.shape[1]).toBe(channels);
});

it('the gang of one device sends nothing', async () => {
  const config = await testConfig('model: { name: face-detector }', 1, 'http://127.0.0.1:65535');
  const { gang } = planDocument(await planCluster(config), 'd');
  expect(gang.stages.map(({ sends }) => sends)).toEqual([[]]);
});
