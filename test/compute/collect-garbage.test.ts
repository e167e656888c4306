import { setTimeout } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { expect, test } from 'vitest';
import { collectGarbage, freeMaps } from '../../server/compute/collect-garbage.js';

const MIB = 2 ** 20;
const external = () => getHeapStatistics().external_memory;

/** In a function of its own, so that nothing of its frame refers to the maps afterwards. */
function makeMaps(count: number, held: Float32Array[] = []): void {
  for (let i = 0; i < count; i++) held.push(new Float32Array(MIB / 4).fill(1));
}

test('maps that nothing refers to are freed, others stay', async () => {
  // V8 frees buffers of what it has collected a while later.
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await setTimeout(20);
  }
  const before = external();
  makeMaps(24);
  expect(external() - before).toBeGreaterThan(20 * MIB);
  freeMaps();
  expect(external() - before).toBeLessThan(4 * MIB);
  const held: Float32Array[] = [];
  makeMaps(12, held);
  freeMaps();
  expect(external() - before).toBeGreaterThan(10 * MIB);
  expect(held.every((map) => map[0] === 1)).toBe(true);
});
