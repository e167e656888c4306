import { expect, test } from 'vitest';
import { gangBlame } from '../../../server/scheduling/policy/gang-blame.js';

const members = (...deviations: readonly number[]) =>
  deviations.map((deviation, i) => ({ device: `e${i}`, deviation }));

test('blocks within the tolerance are right', () => {
  expect(gangBlame(members(0, 1e-3, 5e-4), 1e-3)).toEqual({ kind: 'right' });
});

test('a device that computed the frame alone is wrong', () => {
  expect(gangBlame(members(0.2), 1e-3)).toEqual({ kind: 'proven', wrong: { device: 'e0', deviation: 0.2 } });
  expect(gangBlame(members(Number.NaN), 1e-3).kind).toBe('proven');
});

test('members of a gang are suspected, the farthest first', () => {
  const blame = gangBlame(members(0, 0.01, 0.5, Number.POSITIVE_INFINITY), 1e-3);
  expect(blame).toMatchObject({ kind: 'suspected', members: [{ device: 'e3' }, { device: 'e2' }, { device: 'e1' }] });
  expect(gangBlame(members(0, 0.01), 1e-3), 'its neighbour may have sent wrong strips').toMatchObject({
    kind: 'suspected',
    members: [{ device: 'e1' }],
  });
});
