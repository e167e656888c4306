import { describe, expect, it } from 'vitest';
import { loadSharp } from '../../server/imaging/sharp-library.js';

describe('loadSharp', () => {
  it('gives one library, with one thread a picture and no cache', async () => {
    const sharp = await loadSharp();
    expect(await loadSharp()).toBe(sharp);
    expect(sharp.concurrency()).toBe(1);
    expect(sharp.cache()).toMatchObject({ memory: { max: 0 }, items: { max: 0 } });
  });
});
