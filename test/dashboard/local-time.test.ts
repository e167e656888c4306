import { expect, it } from 'vitest';
import { isoOfLocal, localOfIso } from '../../dashboard/src/views/history/local-time.js';

it('a time in a field and in the address are the same minute', () => {
  const iso = '2026-11-23T09:30:00.000Z';
  expect(isoOfLocal(localOfIso(iso))).toBe(iso);
});

it('what is no time is none', () => {
  expect([isoOfLocal(''), isoOfLocal('nonsense'), localOfIso(undefined), localOfIso('nonsense')]).toEqual([
    '',
    '',
    '',
    '',
  ]);
});
