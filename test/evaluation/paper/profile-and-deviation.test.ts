import { describe, expect, it } from 'vitest';
import { type Point, Points } from '../../../server/evaluation/paper/experiments/point.js';
import type { PointSets } from '../../../server/evaluation/paper/experiments/results.js';
import { deviationTable } from '../../../server/evaluation/paper/figures/deviation-table.js';
import { profileTable } from '../../../server/evaluation/paper/figures/profile-table.js';
import { frameSeconds, paperResults } from './paper-results.js';

function point(strategy: Point['strategy'], devices: number, seconds: number, changes: Partial<Point> = {}): Point {
  const none = { longest: [], rate: [], paperMiB: [], sentMiB: [], macs: [] };
  return {
    strategy,
    devices,
    grid: '5x5',
    sources: 1,
    depth: 16,
    samples: { ...none, latency: [seconds] },
    ...changes,
  };
}

function sets(measured: readonly Point[], here: readonly Point[]): PointSets {
  const none = new Points([]);
  return { measured: new Points(measured), here: new Points(here), ours: none, letter: none };
}

describe('the table of how far the simulator is off', () => {
  it('has all clusters, and those of each strategy, with the worst', () => {
    const measured = [point('ftp-wst', 1, 2), point('ftp-wst', 2, 1), point('modnn', 2, 4)];
    const here = [point('ftp-wst', 1, 1), point('ftp-wst', 2, 1.1), point('modnn', 2, 3)];
    expect(deviationTable(sets(measured, here)).rows).toEqual([
      ['all', '3', '25.0 %', '−25.0 %', '−50.0 %', 'ftp-wst, 5x5, 1 device'],
      ['FTP-WST', '2', '30.0 %', '−20.0 %', '−50.0 %', 'ftp-wst, 5x5, 1 device'],
      ['MODNN', '1', '25.0 %', '−25.0 %', '−25.0 %', 'modnn, 5x5, 2 devices'],
    ]);
  });

  it('leaves out what was not simulated, several sources, and other depths', () => {
    const measured = [
      point('ftp-wst', 1, 2),
      point('ftp-wsh', 3, 2, { sources: 3 }),
      point('ftp-wst', 6, 2, { depth: 8 }),
    ];
    expect(deviationTable(sets(measured, measured.slice(1))).rows).toEqual([]);
  });
});

describe('the table of what bounds a frame', () => {
  it('has the CPU time of each kind of node, beside its quota and the busiest link', () => {
    const { rows } = profileTable(paperResults());
    expect(rows.map(([node]) => node)).toEqual([
      '1 device: source',
      '1 device: gateway, with the remaining layers',
      '6 devices: source',
      '6 devices: each thief',
      '6 devices: gateway, with the remaining layers',
    ]);
    const [, requests, layers, other, quota, link] = rows[2]!;
    expect([requests, layers, other]).toEqual(['20', '60', '10']);
    // 90 ms of CPU time in what a quarter of a core has until the merged output; 1.4 MiB of results at 50 Mbit/s.
    expect(Number.parseInt(quota!, 10)).toBeCloseTo(100 * (0.09 / (0.25 * frameSeconds(6, 6))), -1);
    expect(Number.parseInt(link!, 10)).toBeCloseTo(100 * ((1.4 * 2 ** 20 * 8) / 50e6 / frameSeconds(6, 6)), -1);
  });

  it('is empty without experiments', () => {
    expect(profileTable({ experiments: [] }).rows).toEqual([]);
  });
});
