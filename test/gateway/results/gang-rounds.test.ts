import { expect, test } from 'vitest';
import { GangRounds } from '../../../server/gateway/results/gang-rounds.js';
import { bandsOf } from '../../../server/geometry/gang/bands.js';
import { FrameScopes } from '../../../server/node/frame-scopes.js';

test('the gang that computes a frame is known until a later one takes its place or the frame ends', () => {
  const scopes = new FrameScopes();
  const gangs = new GangRounds(scopes);
  gangs.begin('f', 1, ['a', 'b'], bandsOf([1, 1]));
  gangs.begin('g', 1, ['c'], bandsOf([1]));
  expect(gangs.of('f', 1)).toEqual({ attempt: 1, devices: ['a', 'b'], bands: bandsOf([1, 1]) });
  gangs.begin('f', 2, ['a'], bandsOf([1]));
  expect(gangs.of('f', 1)).toBeNull();
  expect(gangs.of('f', 2)).toEqual({ attempt: 2, devices: ['a'], bands: bandsOf([1]) });
  expect(gangs.size).toBe(2);
  scopes.end('f');
  expect(gangs.of('f', 2)).toBeNull();
  expect(gangs.of('g', 1)?.devices).toEqual(['c']);
  expect(gangs.size).toBe(1);
});
