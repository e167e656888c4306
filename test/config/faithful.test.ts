import { expect, it } from 'vitest';
import { REQUIRED, resolveText } from './problem-lines.js';

it('what is not faithful reuses any subset of sides', async () => {
  const { overlap, schedule, wire } = await resolveText(REQUIRED);
  expect(overlap).toEqual({ via: 'peer', policy: 'cost', allSides: false });
  expect(schedule.steal).toEqual({ waitMs: 20_000, pollMs: 100 });
  expect(wire).toEqual({ maps: 'f32', padding: false });
});

it('the paper to the letter is plain settings, whatever else the file says', async () => {
  const text =
    `${REQUIRED}\nschedule: { faithful: true, order: adaptive, prefetch: 2, steal: { pollMs: 50 } }\n` +
    'overlap: { via: peer, policy: never }\nwire: { maps: f16, padding: false }\n';
  const { overlap, schedule, wire } = await resolveText(text);
  expect(overlap).toEqual({ via: 'gateway', policy: 'always', allSides: true });
  expect(wire).toEqual({ maps: 'f16', padding: true });
  expect(schedule).toMatchObject({
    order: 'paper',
    prefetch: 0,
    steal: { waitMs: 0, pollMs: 50 },
    strategy: 'ftp-wst-s',
  });
});
