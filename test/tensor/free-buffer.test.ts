import { expect, test } from 'vitest';
import { freeBuffer } from '../../server/tensor/free-buffer.js';

test('arrays on memory that was freed are empty', () => {
  const array = new Float32Array(10);
  freeBuffer(array.buffer);
  expect(array).toHaveLength(0);
  expect(array.buffer.byteLength).toBe(0);
});

test('the memory is free at once, without a collection', () => {
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 100; i++) freeBuffer(new Float32Array(2 ** 21).fill(1).buffer);
  expect(process.memoryUsage().rss - before).toBeLessThan(400 * 2 ** 20);
});

test('shared and empty memory is left alone', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(8));
  freeBuffer(shared.buffer);
  freeBuffer(new ArrayBuffer(0));
  expect(shared).toHaveLength(8);
});
