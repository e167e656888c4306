import { describe, expect, it, vi } from 'vitest';
import { BoundedCache, memoize } from '../../server/geometry/memoize.js';

describe('memoize', () => {
  it('computes an answer once for each key, also one that is null', () => {
    const answers = new Map<string, number | null>();
    const compute = vi.fn(() => null);
    expect([memoize(answers, 'a', compute), memoize(answers, 'a', compute)]).toEqual([null, null]);
    expect(compute).toHaveBeenCalledTimes(1);
    expect(memoize(answers, 'b', () => 2)).toBe(2);
  });

  it('keeps nothing of what could not be computed', () => {
    const answers = new Map<string, number>();
    const fails = () => {
      throw new Error('no such tile');
    };
    expect(() => memoize(answers, 'a', fails)).toThrow('no such tile');
    expect(memoize(answers, 'a', () => 1)).toBe(1);
  });
});

describe('BoundedCache', () => {
  it('forgets all when one more would be too many', () => {
    const answers = new BoundedCache<number, string>(2);
    answers.set(1, 'a');
    answers.set(2, 'b');
    expect([answers.get(1), answers.get(2)]).toEqual(['a', 'b']);
    answers.set(3, 'c');
    expect([answers.get(1), answers.get(2), answers.get(3)]).toEqual([undefined, undefined, 'c']);
  });
});
