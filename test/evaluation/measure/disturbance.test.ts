import { describe, expect, it, vi } from 'vitest';
import { phaseOf, reportPhase } from '../../../server/evaluation/measure/disturbance/disturbance.js';
import { Disturber } from '../../../server/evaluation/measure/disturbance/disturber.js';
import { planBatches } from '../../../server/evaluation/measure/run-matrix.js';
import { settings } from '../testbed-settings.js';

describe('a disturbance', () => {
  it('takes the middle third of the rounds; what is left over comes after it', () => {
    const phases = (rounds: number) => Array.from({ length: rounds }, (_, round) => phaseOf(round, rounds));
    expect(phases(3)).toEqual(['before', 'during', 'after']);
    expect(phases(8)).toEqual(['before', 'before', 'during', 'during', 'after', 'after', 'after', 'after']);
  });

  it('is reported by what frames took once the cluster had adapted, and how many frames that needed', () => {
    expect(reportPhase([4, 3, 1, 1.1, 1, 1])).toEqual({
      ...{ seconds: 1.05, settledSeconds: 1, settledAfter: 1 },
      frames: [4, 3, 1, 1.1, 1, 1],
    });
    expect(reportPhase([9, 8, 7, 1, 1, 1]).settledAfter).toBe(2);
    expect(reportPhase([2]).settledAfter).toBe(0);
  });
});

describe('a disturber', () => {
  const run = { devices: 2, grid: '2x2', sources: 1 };
  const batches = planBatches(settings({ frames: 3, warmup: 2, strategies: ['ftp-wst-s', 'modnn'] }), run);
  const started = (disturbance: ConstructorParameters<typeof Disturber>[0]['disturbance']) => {
    const hosts = { setCpu: vi.fn(), setLink: vi.fn() };
    return { hosts, disturber: new Disturber({ disturbance, rounds: 3, hosts, cpuCores: 0.5 }) };
  };

  it('slows a device down for the middle third, and gives it its share back', () => {
    const { disturber, hosts } = started({ kind: 'slow', device: 1, cpuCores: 0.1 });
    const calls = batches.map((batch) => {
      disturber.next(batch);
      return hosts.setCpu.mock.calls.at(-1)?.[1] ?? null;
    });
    // Two warm-ups, then three rounds of two strategies.
    expect(calls).toEqual([null, null, null, null, null, null, 0.1, 0.1, 0.5, 0.5]);
    expect(hosts.setCpu.mock.calls.every(([id]) => id === 'e1')).toBe(true);
    expect(hosts.setLink).not.toHaveBeenCalled();
  });

  it('cuts a link off for a tenth of every second, and connects it again at the end', () => {
    vi.useFakeTimers();
    try {
      const { disturber, hosts } = started({ kind: 'lossy', device: 0 });
      for (const batch of batches.slice(0, 7)) disturber.next(batch);
      vi.advanceTimersByTime(2_950);
      expect(hosts.setLink.mock.calls.map(([, isUp]) => isUp)).toEqual([false, true, false, true, false]);
      disturber.end();
      vi.advanceTimersByTime(5_000);
      expect(hosts.setLink.mock.calls.at(-1)).toEqual(['e0', true]);
      expect(hosts.setLink).toHaveBeenCalledTimes(6);
      expect(hosts.setCpu).not.toHaveBeenCalled();
    } finally {
      vi.useRealTimers();
    }
  });
});
