import { expect, test } from 'vitest';
import { GangRounds } from '../../../server/gateway/results/gang-rounds.js';
import { bandsOf } from '../../../server/geometry/gang/bands.js';
import { planGang } from '../../../server/geometry/gang/gang-plan.js';
import { FrameScopes } from '../../../server/node/frame-scopes.js';
import { planLayers } from '../../geometry/chain-graphs.js';
import { chain, conv } from '../../geometry/layer-chains.js';

const plan = planGang(
  planLayers(chain({ channels: 3, height: 8, width: 8 }, [conv(3, 2)]), 1, { rows: 1, columns: 1 }).stage.graph,
  () => [],
);

test('the gang that computes a frame is known until a later one takes its place or the frame ends', () => {
  const scopes = new FrameScopes();
  const gangs = new GangRounds(scopes, plan);
  gangs.begin('f', 1, ['a', 'b'], [1, 1]);
  gangs.begin('g', 1, ['c'], [1]);
  expect(gangs.of('f', 1)).toMatchObject({ attempt: 1, devices: ['a', 'b'], bands: bandsOf([1, 1]) });
  gangs.begin('f', 2, ['a'], [1]);
  expect(gangs.of('f', 1)).toBeNull();
  expect(gangs.of('f', 2)).toMatchObject({ attempt: 2, devices: ['a'], bands: bandsOf([1]) });
  expect(gangs.size).toBe(2);
  scopes.end('f');
  expect(gangs.of('f', 2)).toBeNull();
  expect(gangs.of('g', 1)?.devices).toEqual(['c']);
  expect(gangs.size).toBe(1);
});
