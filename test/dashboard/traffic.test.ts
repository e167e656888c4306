import { expect, it } from 'vitest';
import { carry, isLit, LIT_MS, rateAt } from '../../dashboard/src/state/traffic.js';

const what = { kind: 'result', from: 'e0', to: 'GATEWAY' } as const;

it('a steady stream shows its rate, and fades when it ends', () => {
  let traffic = {};
  for (let atMs = 0; atMs < 60_000; atMs += 100) traffic = carry(traffic, what, 1_000, atMs);
  const [link] = Object.values(traffic) as Parameters<typeof rateAt>[0][];
  expect(rateAt(link!, 60_000)).toBeGreaterThan(9_000);
  expect(rateAt(link!, 60_000)).toBeLessThan(11_000);
  expect(rateAt(link!, 75_000)).toBeLessThan(10);
});

it('each way is a link of its own, lit for a moment', () => {
  const traffic = carry(carry({}, what, 5, 0), { ...what, from: 'GATEWAY', to: 'e0' }, 5, 0);
  const links = Object.values(traffic);
  expect(links).toHaveLength(2);
  expect(isLit(links[0]!, LIT_MS - 1)).toBe(true);
  expect(isLit(links[0]!, LIT_MS)).toBe(false);
});
