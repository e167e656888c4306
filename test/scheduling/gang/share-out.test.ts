import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareOut, slowestMs } from '../../../server/scheduling/gang/share-out.js';

/** All ways to share steps out. */
function* all(members: number, steps: number): Generator<readonly number[]> {
  if (members === 1) yield [0, steps];
  else {
    for (let at = members - 1; at < steps; at++) for (const rest of all(members - 1, at)) yield [...rest, steps];
  }
}

const arbitraryDevices = fc.array(fc.record({ rowMs: fc.integer({ min: 1, max: 40 }), fixedMs: fc.nat(50) }), {
  minLength: 1,
  maxLength: 4,
});

/** @param coarse steps that are one row of a small map. */
function rowsOf(devices: readonly { readonly rowMs: number; readonly fixedMs: number }[], coarse = 1) {
  return (member: number, from: number, to: number) => {
    const { fixedMs, rowMs } = devices[member]!;
    return fixedMs + rowMs * (Math.round(to / coarse) - Math.round(from / coarse));
  };
}

describe('rows shared out', () => {
  it('are those of the least time that any share-out has', () => {
    fc.assert(
      fc.property(arbitraryDevices, fc.integer({ min: 4, max: 12 }), (devices, steps) => {
        const rowMs = rowsOf(devices);
        const found = shareOut(devices.length, steps, rowMs);
        const least = Math.min(...[...all(devices.length, steps)].map((one) => slowestMs(one, rowMs)));
        expect(slowestMs(found, rowMs)).toBeLessThanOrEqual(least * 1.01);
      }),
    );
  });

  it('are a step for each member at least, all together, also where several steps are one row', () => {
    fc.assert(
      fc.property(
        arbitraryDevices,
        fc.integer({ min: 4, max: 99 }),
        fc.integer({ min: 1, max: 9 }),
        (devices, steps, coarse) => {
          const found = shareOut(devices.length, steps, rowsOf(devices, coarse));
          expect([found[0], found.at(-1), found.length]).toEqual([0, steps, devices.length + 1]);
          expect(found.every((at, i) => i === 0 || at > found[i - 1]!)).toBe(true);
        },
      ),
    );
  });

  it('are equal for equal members', () => {
    expect(shareOut(4, 64, (_member, from, to) => 5 + to - from)).toEqual([0, 16, 32, 48, 64]);
  });
});
