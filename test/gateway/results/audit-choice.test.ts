import { describe, expect, it } from 'vitest';
import { isAudited } from '../../../server/gateway/results/audit-choice.js';

const SECRET = Buffer.alloc(32, 7);
const tasks = Array.from({ length: 4_000 }, (_, i) => ({
  frame: `mb-${i % 200}`,
  tile: i % 20,
  generation: 1,
  attempt: 1,
}));
const chosen = (fraction: number, secret: Uint8Array = SECRET) =>
  tasks.filter((task) => isAudited(secret, task, fraction));

describe('which tiles are run twice', () => {
  it('is none at 0 and all at 1', () => {
    expect(chosen(0)).toEqual([]);
    expect(chosen(1)).toEqual(tasks);
  });

  it('is that share of them, the same whenever it is asked', () => {
    const unique = new Set(chosen(0.05).map(({ frame, tile }) => `${frame}/${tile}`)).size;
    expect(chosen(0.05)).toEqual(chosen(0.05));
    expect(chosen(0.05).length / tasks.length).toBeGreaterThan(0.02);
    expect(chosen(0.05).length / tasks.length).toBeLessThan(0.09);
    expect(unique).toBeGreaterThan(1);
    expect(chosen(0.5)).toEqual(expect.arrayContaining(chosen(0.05)));
  });

  it('cannot be told without the secret, and is another choice for another attempt', () => {
    const others = chosen(0.5, Buffer.alloc(32, 8));
    const both = chosen(0.5).filter((task) => others.includes(task)).length;
    expect(both / tasks.length).toBeGreaterThan(0.15);
    expect(both / tasks.length).toBeLessThan(0.35);
    const again = tasks.filter((task) => isAudited(SECRET, { ...task, attempt: 2 }, 0.5));
    expect(again).not.toEqual(chosen(0.5));
  });
});
