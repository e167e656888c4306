import { describe, expect, it } from 'vitest';
import { turnOrder } from '../../../server/evaluation/measure/turn-order.js';

const thingsOf = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('the order of turns', () => {
  it.each([1, 2, 3, 4, 5, 6, 7])('%i things: each once a round, and after each other one equally often', (count) => {
    const rounds = count % 2 === 0 ? count : 2 * count;
    const followed = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      const order = turnOrder(thingsOf(count), round);
      expect([...order].sort((a, b) => a - b)).toEqual(thingsOf(count));
      for (let i = 1; i < count; i++) {
        const pair = `${order[i - 1]} ${order[i]}`;
        followed.set(pair, (followed.get(pair) ?? 0) + 1);
      }
    }
    expect(followed.size).toBe(count * (count - 1));
    expect([...new Set(followed.values())]).toEqual(count === 1 ? [] : [rounds / count]);
  });

  it('begins as they were given', () => {
    expect(turnOrder(['a', 'b', 'c', 'd'], 0)).toEqual(['a', 'd', 'b', 'c']);
    expect(turnOrder(['a', 'b'], 0)).toEqual(['a', 'b']);
  });
});
