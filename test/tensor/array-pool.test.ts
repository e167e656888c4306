import { expect, test } from 'vitest';
import { ArrayPool } from '../../server/tensor/array-pool.js';

test('memory that was given back is lent again, the smallest piece that is large enough', () => {
  const pool = new ArrayPool();
  const [small, large] = [pool.take(10), pool.take(1000)];
  pool.giveBack(large.buffer);
  pool.giveBack(small.buffer);
  const again = pool.take(7);
  expect(again).toHaveLength(7);
  expect(again.buffer).toBe(small.buffer);
  expect(pool.take(8).buffer).toBe(large.buffer);
});

test('what is lent is not lent a second time', () => {
  const pool = new ArrayPool();
  const first = pool.take(10);
  expect(pool.take(10).buffer).not.toBe(first.buffer);
});

test('memory of others is not taken', () => {
  const pool = new ArrayPool();
  const others = new Float32Array(10);
  pool.giveBack(others.buffer);
  expect(pool.take(10).buffer).not.toBe(others.buffer);
});

test('a longer piece replaces one that is too short, so there are as many as were lent at once', () => {
  const pool = new ArrayPool();
  const short = pool.take(10);
  pool.giveBackAll();
  const long = pool.take(20);
  pool.giveBackAll();
  expect(long.buffer).not.toBe(short.buffer);
  expect(pool.take(1).buffer).toBe(long.buffer);
  expect(pool.take(1).buffer).not.toBe(short.buffer);
});
