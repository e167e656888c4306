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

it('frames that name no strategy are decided frame by frame, and are of the paper where it is taken to the letter', async () => {
  const strategyWith = async (text: string) => (await resolveText(`${REQUIRED}\n${text}`)).schedule.strategy;
  expect(await strategyWith('')).toBe('auto');
  expect(await strategyWith('schedule: { faithful: true }')).toBe('ftp-wst-s');
  expect(await strategyWith('schedule: { faithful: true, strategy: modnn }')).toBe('modnn');
});

it('says that a partition without a strategy is not used', async () => {
  const remarksWith = async (text: string) => (await resolveText(`${REQUIRED}\n${text}`)).remarks;
  expect(await remarksWith('partition: { grid: 2x2 }')).toContainEqual(expect.stringContaining('frames of auto'));
  expect(await remarksWith('')).toEqual([]);
  expect(await remarksWith('partition: { grid: 2x2 }\nschedule: { strategy: ftp-wst }')).toEqual([]);
  expect(await remarksWith('partition: { grid: 2x2 }\nschedule: { strategy: auto }')).toEqual([]);
});
