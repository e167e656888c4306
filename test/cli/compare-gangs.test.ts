import { expect, it } from 'vitest';
import { type GangSize, gangFrameOf, gangTable } from '../../server/cli/plan/compare-gangs.js';

const timing = { totalMs: 500, fusedMs: 400, remainingMs: 2 };
const byDevice = { e0: 1, e1: 1 };

it('takes the size of a gang from its blocks; a frame that the gateway computed has none', () => {
  const bands = { rows: [0, 0.5, 1], columns: [0, 1] };
  expect(gangFrameOf({ tiles: { total: 2, done: 2, byDevice, bands }, timing })).toEqual({ devices: 2, tookMs: 400 });
  expect(gangFrameOf({ tiles: { total: 1, done: 1, byDevice: { gateway: 1 } }, timing })).toBeNull();
});

it('shows each size, also where no frame was computed so', () => {
  const sizes: readonly GangSize[] = [
    { devices: 1, frames: 2, predictedMs: 900, simulatedMs: 1_100, measuredMs: 1_000 },
    { devices: 2, frames: 0, predictedMs: 500, simulatedMs: 600, measuredMs: null },
    { devices: 3, frames: 1, predictedMs: null, simulatedMs: null, measuredMs: 400 },
  ];
  const rows = gangTable(sizes)
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));
  expect(rows.slice(1)).toEqual([
    ['1', '2', '1.00 s', '900 ms', '-10.0 %', '1.10 s', '+10.0 %'],
    ['2', '0', '500 ms', '600 ms'],
    ['3', '1', '400 ms'],
  ]);
});
