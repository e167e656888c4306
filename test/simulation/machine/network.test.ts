import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairLink } from '../../../server/simulation/machine/fair-link.js';
import { Kernel } from '../../../server/simulation/machine/kernel.js';
import { Network } from '../../../server/simulation/machine/network.js';

/** When transfers end that begin at the given times. */
function endsOf(link: (kernel: Kernel) => FairLink, flows: readonly (readonly [atMs: number, bytes: number])[]) {
  const kernel = new Kernel();
  const shared = link(kernel);
  const ends = flows.map(() => Number.NaN);
  for (const [index, [atMs, bytes]] of flows.entries()) {
    kernel.at(atMs, () =>
      shared.carry(bytes)(() => {
        ends[index] = kernel.nowMs;
      }),
    );
  }
  kernel.run(() => false, 1e9);
  return { ends, shared };
}

describe('a link', () => {
  const ofTen = (kernel: Kernel) => new FairLink(kernel, 10);

  it('carries one transfer at its rate and several at a share of it each', () => {
    expect(endsOf(ofTen, [[0, 100]]).ends).toEqual([10]);
    expect(
      endsOf(ofTen, [
        [0, 100],
        [0, 100],
      ]).ends,
    ).toEqual([20, 20]);
    // 5 ms alone, then both at half the rate.
    expect(
      endsOf(ofTen, [
        [0, 100],
        [5, 50],
      ]).ends,
    ).toEqual([15, 15]);
    expect(
      endsOf(ofTen, [
        [0, 100],
        [5, 10],
      ]).ends,
    ).toEqual([11, 7]);
  });

  it('is busy for as long as its bytes take, whenever they come', () => {
    const flow = fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 900 }));
    fc.assert(
      fc.property(fc.array(flow, { minLength: 1, maxLength: 20 }), (flows) => {
        const { ends, shared } = endsOf(ofTen, flows);
        const bytes = flows.reduce((sum, [, size]) => sum + size, 0);
        expect(shared.bytes).toBe(bytes);
        expect(shared.busyMs).toBeCloseTo(bytes / 10, 6);
        for (const [index, [atMs, size]] of flows.entries()) {
          expect(ends[index]!).toBeGreaterThanOrEqual(atMs + size / 10 - 1e-6);
        }
      }),
    );
  });

  it('carries at once what has no rate', () => {
    const free = (kernel: Kernel) => new FairLink(kernel, Number.POSITIVE_INFINITY);
    expect(endsOf(free, [[3, 1e9]]).ends).toEqual([3]);
  });
});

describe('a network', () => {
  const timesOf = (medium: 'shared' | 'switched', transfers: readonly (readonly [string, string])[]) => {
    const kernel = new Kernel();
    const network = new Network(kernel, { medium, bytesPerMs: 10, latencyMs: 1 });
    const ends: number[] = [];
    for (const [from, to] of transfers) kernel.spawn(network.transfer(from, to, 100), () => ends.push(kernel.nowMs));
    kernel.run(() => false, 1e6);
    return { ends, use: network.use };
  };

  it('has one rate for all where the medium is shared', () => {
    expect(
      timesOf('shared', [
        ['a', 'b'],
        ['c', 'd'],
      ]).ends,
    ).toEqual([21, 21]);
  });

  it('has links of their own where it is switched: only who sends to the same node waits', () => {
    expect(
      timesOf('switched', [
        ['a', 'b'],
        ['c', 'd'],
      ]).ends,
    ).toEqual([11, 11]);
    const { ends, use } = timesOf('switched', [
      ['a', 'b'],
      ['c', 'b'],
    ]);
    expect(ends).toEqual([21, 21]);
    expect(use.find(({ link }) => link === 'b down')).toEqual({ link: 'b down', bytes: 200, busyMs: 20 });
  });
});
