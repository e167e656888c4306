import { expect, it } from 'vitest';
import { gangChoice } from '../../../server/gateway/frames/gang-choice.js';

const FACTS = { waiting: 2, idle: 6, predictedMs: 1449.6 };

it('the reason has the numbers by which devices were chosen', () => {
  const usual = '2 frames waited and 6 devices were idle: 3 devices compute it together (1450 ms expected)';
  expect(gangChoice(FACTS, 3)).toEqual({ ...FACTS, members: 3, reason: usual });
  expect(gangChoice({ ...FACTS, waiting: 1, idle: 1 }, 1).reason).toBe(
    'one frame waited and one device was idle: one device computes it (1450 ms expected)',
  );
});

it('the reason says how many pictures were arriving', () => {
  const { arriving, reason } = gangChoice({ ...FACTS, waiting: 1, arriving: 3 }, 2);
  expect(arriving).toBe(3);
  expect(reason).toMatch(/^one frame waited, 3 more were arriving and 6 devices were idle: 2 devices/);
  expect(gangChoice({ ...FACTS, arriving: 1 }, 2).reason).toContain('2 frames waited, 1 more was arriving and');
});

it('the reason says why idle devices are left out', () => {
  const slow = ['a', 'b', 'c', 'd', 'e'].map((device, i) => ({ device, withMs: 1500 + i, helps: false }));
  const kept = { device: 'z', withMs: 1300, helps: true };
  const after = (choice: Parameters<typeof gangChoice>[0]) => gangChoice(choice, 3).reason.split(' ms expected)')[1];
  expect(after({ ...FACTS, spare: slow.slice(0, 1) })).toBe('; without a (1500 ms with it)');
  expect(after({ ...FACTS, spare: slow })).toBe(
    '; without a (1500 ms with it), b (1501 ms with it), c (1502 ms with it), 2 more',
  );
  expect(after({ ...FACTS, spare: [kept] })).toBe('; one device stays free for the next frames');
  expect(after({ ...FACTS, spare: [...slow.slice(0, 1), kept, kept] })).toBe(
    '; without a (1500 ms with it); 2 devices stay free for the next frames',
  );
  expect(gangChoice({ ...FACTS, spare: [kept] }, 3).spare).toEqual([kept]);
});

it('the reason says that the gateway was busy', () => {
  const reasonOf = (gatewayMost: number) => gangChoice({ ...FACTS, gatewayMost }, gatewayMost).reason.split('; ')[1];
  expect(reasonOf(1)).toBe('the gateway was busy, so at most one device');
  expect(reasonOf(2)).toBe('the gateway was busy, so at most 2 devices');
});

it.each([
  [1800.4, '1800 of its 2000 ms were left'],
  [900, '900 of its 2000 ms were left, which no gang was expected to keep'],
  [-20, 'its 2000 ms were over, so it counted as a frame without a bound'],
])('of a frame that is to be answered within a time it says what was left: %d ms', (leftMs, text) => {
  const choice = gangChoice({ ...FACTS, bound: { withinMs: 2000, leftMs } }, 3);
  expect(choice).toMatchObject({ withinMs: 2000, leftMs });
  expect(choice.reason.split('; ')[1]).toBe(text);
});
