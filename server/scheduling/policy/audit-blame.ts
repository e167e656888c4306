/** What is known of how a tile's output came about. */
export interface TileOrigin {
  readonly device: string;
  /** Tiles whose strips it used, on whatever device; null when that is not known. */
  readonly strips: readonly number[] | null;
  /** Whether nobody else can have run it, and lent its strips. */
  readonly isOnlyAttempt: boolean;
}

export type Blame =
  | { readonly kind: 'found'; readonly tiles: readonly number[] }
  /** It used strips of which it is not known who computed them. */
  | { readonly kind: 'unclear' };

/**
 * By whose fault an output is wrong. A tile that used strips, and strips of tiles that used strips, need not have been
 * computed wrongly: the fault is where a tile is wrong and everything that it came of is right. A fault may be hardly seen
 * in a tile between, so that all of it is looked at.
 *
 * @param tile is wrong.
 * @param isWrong computes a tile without strips, and compares; asked once for each tile at the most.
 * @returns the tiles where it began; their devices are at fault.
 */
export async function blameFor(
  tile: number,
  originOf: (tile: number) => TileOrigin | undefined,
  isWrong: (tile: number) => Promise<boolean>,
): Promise<Blame> {
  const wrong = new Set([tile]);
  for (const ancestor of ancestorsOf(tile, originOf).tiles) {
    if (ancestor !== tile && (await isWrong(ancestor))) wrong.add(ancestor);
  }
  const tiles = [...wrong].filter((one) => {
    const { tiles: cameOf, isWhole } = ancestorsOf(one, originOf);
    return isWhole && ![...cameOf].some((ancestor) => ancestor !== one && wrong.has(ancestor));
  });
  return tiles.length > 0 ? { kind: 'found', tiles } : { kind: 'unclear' };
}

/** Tiles whose values are in a tile's, and whether these are all. */
function ancestorsOf(tile: number, originOf: (tile: number) => TileOrigin | undefined) {
  const tiles = new Set<number>();
  const open = [tile];
  let isWhole = true;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const strips = originOf(next)?.strips ?? null;
    if (strips === null) isWhole = false;
    for (const neighbour of strips ?? []) {
      const origin = originOf(neighbour);
      isWhole &&= origin?.isOnlyAttempt === true;
      if (origin === undefined || tiles.has(neighbour)) continue;
      tiles.add(neighbour);
      open.push(neighbour);
    }
  }
  return { tiles, isWhole };
}
