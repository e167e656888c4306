import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { LinkRates } from '../../../server/scheduling/policy/link-rates.js';

let links: LinkRates;
beforeEach(() => {
  links = new LinkRates();
});

describe('what asking another node takes', () => {
  it('is little until something is measured', () => {
    expect(links.linkTo('a')).toEqual({ requestMs: 1, bytesPerMs: 12_500 });
  });

  it('is found from answers of different sizes', () => {
    for (const bytes of [1_000, 60_000, 20_000, 150_000]) links.add('a', bytes, 4 + bytes / 2_000);
    const { requestMs, bytesPerMs } = links.linkTo('a');
    expect(requestMs).toBeGreaterThan(2);
    expect(requestMs).toBeLessThan(6);
    expect(bytesPerMs / 2_000).toBeCloseTo(1, 0);
    expect(links.linkTo('b')).toEqual({ requestMs: 1, bytesPerMs: 12_500 });
  });

  it('tells an answer of a usual size about right, however alike all are', () => {
    for (let i = 0; i < 20; i++) links.add('a', 50_000, 30);
    const { requestMs, bytesPerMs } = links.linkTo('a');
    expect(requestMs + 50_000 / bytesPerMs).toBeGreaterThan(25);
    expect(requestMs + 50_000 / bytesPerMs).toBeLessThan(35);
  });

  it('follows the latest answers', () => {
    for (let i = 0; i < 16; i++) links.add('a', (i % 4) * 30_000, 1 + ((i % 4) * 30_000) / 10_000);
    for (let i = 0; i < 16; i++) links.add('a', (i % 4) * 30_000, 9 + ((i % 4) * 30_000) / 500);
    expect(links.linkTo('a').bytesPerMs).toBeLessThan(700);
    expect(links.linkTo('a').requestMs).toBeGreaterThan(5);
  });

  it('is a time and a rate whatever was measured', () => {
    const sample = fc.tuple(fc.nat(10_000_000), fc.double({ min: 0, max: 1e5, noNaN: true }));
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 40 }), (samples) => {
        const measured = new LinkRates();
        for (const [bytes, ms] of samples) measured.add('a', bytes, ms);
        const { requestMs, bytesPerMs } = measured.linkTo('a');
        expect(requestMs > 0 && Number.isFinite(requestMs)).toBe(true);
        expect(bytesPerMs > 0 && Number.isFinite(bytesPerMs)).toBe(true);
      }),
    );
  });

  it('is remembered of a bounded number of nodes', () => {
    for (let i = 0; i < 2_000; i++) links.add(`a${i}`, 100_000, 1_000);
    expect(links.linkTo('a1023').requestMs).toBeGreaterThan(1);
    expect(links.linkTo('a1024')).toEqual({ requestMs: 1, bytesPerMs: 12_500 });
  });
});
