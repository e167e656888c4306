import { describe, expect, it, vi } from 'vitest';
import { BoundedAnswers, remembered } from '../../server/geometry/remembered.js';

describe('remembered', () => {
  it('works an answer out once for each key, also one that is null', () => {
    const answers = new Map<string, number | null>();
    const workOut = vi.fn(() => null);
    expect([remembered(answers, 'a', workOut), remembered(answers, 'a', workOut)]).toEqual([null, null]);
    expect(workOut).toHaveBeenCalledTimes(1);
    expect(remembered(answers, 'b', () => 2)).toBe(2);
  });

  it('keeps nothing of what could not be worked out', () => {
    const answers = new Map<string, number>();
    const fails = () => {
      throw new Error('no such tile');
    };
    expect(() => remembered(answers, 'a', fails)).toThrow('no such tile');
    expect(remembered(answers, 'a', () => 1)).toBe(1);
  });
});

describe('BoundedAnswers', () => {
  it('forgets all when one more would be too many', () => {
    const answers = new BoundedAnswers<number, string>(2);
    answers.set(1, 'a');
    answers.set(2, 'b');
    expect([answers.get(1), answers.get(2)]).toEqual(['a', 'b']);
    answers.set(3, 'c');
    expect([answers.get(1), answers.get(2), answers.get(3)]).toEqual([undefined, undefined, 'c']);
  });
});
