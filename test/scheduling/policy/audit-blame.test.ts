import { describe, expect, it } from 'vitest';
import { blameFor, type TileOrigin } from '../../../server/scheduling/policy/audit-blame.js';

/** Tiles by what they used; computed by one device each. */
function blame(
  tile: number,
  strips: Readonly<Record<number, number[] | null>>,
  wrong: number[],
  unsure: number[] = [],
) {
  const asked: number[] = [];
  const originOf = (one: number): TileOrigin | undefined =>
    strips[one] === undefined
      ? undefined
      : { device: `e${one}`, strips: strips[one] ?? null, isOnlyAttempt: !unsure.includes(one) };
  const isWrong = async (one: number) => {
    asked.push(one);
    return wrong.includes(one);
  };
  return blameFor(tile, originOf, isWrong).then((result) => ({ result, asked }));
}

const found = (...tiles: number[]) => ({ kind: 'found', tiles });

describe('the blame for a tile that is wrong', () => {
  it('is its own where it used nothing of others, and nothing need be computed for that', async () => {
    expect(await blame(3, { 3: [] }, [3])).toEqual({ result: found(3), asked: [] });
  });

  it('is its own where what it used is right', async () => {
    const { result, asked } = await blame(3, { 3: [1, 2], 1: [], 2: [1] }, [3]);
    expect(result).toEqual(found(3));
    expect(asked.toSorted()).toEqual([1, 2]);
  });

  it('is that of the tile where it began', async () => {
    expect((await blame(3, { 3: [2], 2: [1], 1: [] }, [1, 2, 3])).result).toEqual(found(1));
    expect((await blame(3, { 3: [2, 1], 2: [], 1: [] }, [1, 2, 3])).result).toEqual(found(2, 1));
  });

  it('is that of the tile where it began also where it is not seen in a tile between', async () => {
    expect((await blame(3, { 3: [2], 2: [1], 1: [] }, [1, 3])).result).toEqual(found(1));
  });

  it('is unclear where somebody else may have lent the strips', async () => {
    expect((await blame(3, { 3: [1], 1: [] }, [3], [1])).result).toEqual({ kind: 'unclear' });
    expect((await blame(3, { 3: null }, [3])).result).toEqual({ kind: 'unclear' });
    expect((await blame(3, { 3: [1] }, [3])).result).toEqual({ kind: 'unclear' });
    expect((await blame(3, { 3: [2], 2: null }, [3])).result).toEqual({ kind: 'unclear' });
  });

  it('is clear all the same where one that is wrong came of nothing unknown', async () => {
    expect((await blame(3, { 3: [2, 1], 2: null, 1: [] }, [1, 3])).result).toEqual(found(1));
  });

  it('ends where devices say that tiles used each other', async () => {
    expect((await blame(3, { 3: [2], 2: [3] }, [2, 3])).result).toEqual({ kind: 'unclear' });
    expect((await blame(3, { 3: [3] }, [3])).result).toEqual(found(3));
  });
});
