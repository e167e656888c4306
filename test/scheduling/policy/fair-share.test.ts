import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fairShare } from '../../../server/scheduling/policy/fair-share.js';

/** Whether one more frame is taken, as the gateway asks. */
function admitFrame({ limit, open, own }: { limit: number; open: number; own: number }) {
  return fairShare({ limit, held: open, own, more: 1 });
}

/** Everybody in turn sends one more, until nobody's is taken. */
function flooded(limit: number, floods: number): number[] {
  const own = Array<number>(floods).fill(0);
  for (let taken = true; taken; ) {
    taken = false;
    for (let i = 0; i < floods; i++) {
      const open = own.reduce((sum, count) => sum + count, 0);
      if (admitFrame({ limit, open, own: own[i]! }) !== 'admitted') continue;
      own[i]!++;
      taken = true;
    }
  }
  return own;
}

const limits = fc.integer({ min: 1, max: 500 });

describe('frames are taken', () => {
  it('never beyond the limit, and always from who has none, while there is a place', () => {
    fc.assert(
      fc.property(limits, fc.nat(500), fc.nat(500), (limit, open, own) => {
        const verdict = admitFrame({ limit, open, own: Math.min(own, open) });
        if (open >= limit) expect(verdict).toBe('full');
        else if (own === 0) expect(verdict).toBe('admitted');
      }),
    );
  });

  it('evenly from those who send more than is computed', () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 1, max: 8 }), (limit, floods) => {
        const own = flooded(limit, floods);
        expect(Math.max(...own) - Math.min(...own)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('so that there is a place left for another one, however many flood', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 500 }), fc.integer({ min: 1, max: 8 }), (limit, floods) => {
        fc.pre(limit > 3 * floods + 1);
        const open = flooded(limit, floods).reduce((sum, count) => sum + count, 0);
        expect(admitFrame({ limit, open, own: 0 })).toBe('admitted');
      }),
    );
  });

  it('three quarters of the queue from one alone', () => {
    expect([1, 2, 4, 8, 32].map((limit) => flooded(limit, 1)[0])).toEqual([1, 2, 3, 6, 24]);
  });

  it('less from one that had the queue for itself, when another comes', () => {
    expect(admitFrame({ limit: 32, open: 23, own: 23 })).toBe('admitted');
    expect(admitFrame({ limit: 32, open: 27, own: 23 })).toBe('beyond-share');
    expect(admitFrame({ limit: 32, open: 27, own: 4 })).toBe('admitted');
  });
});
