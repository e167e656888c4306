import type { FtpPlan } from '../geometry/ftp-plan.js';
import { wholeMap } from '../geometry/region.js';
import { oppositeSide, SIDES, type Side } from '../geometry/reuse/neighbours.js';
import { cutTile } from '../geometry/reuse/tile-cut.js';
import { offersOfTile, offersToTile, type TileOffers } from '../geometry/reuse/tile-offer.js';
import { cropRegion, placeRegion, valuesOf } from '../tensor/planes.js';
import { keptStrips, roomForStrips } from './kept-strips.js';
import type { TileExecutor } from './tile-executor.js';

export interface TiledRun {
  /** What the plan hands over, merged, in the order of its outputs: `[channels, height, width]` each. */
  readonly merged: readonly Float32Array[];
  /** Multiply-accumulates of all tiles. */
  readonly macs: number;
}

/**
 * Runs every tile of a plan, one after another, each with what its neighbours that have run keep for it.
 *
 * @param picture letterboxed, `[channels, height, width]`.
 */
export async function runTiles(executor: TileExecutor, plan: FtpPlan, picture: Uint8Array): Promise<TiledRun> {
  const { maps, outputs } = plan;
  const merged = outputs.map((map) => new Float32Array(valuesOf(maps[map]!)));
  const offered = new Map<number, TileOffers>();
  const kept = new Map<number, ReturnType<typeof keptOf>>();
  let macs = 0;
  for (const { shares, tileId } of plan.tiles) {
    const offers = offersToTile(plan, tileId, (producer) => offered.get(producer) ?? null);
    const cut = cutTile(plan, tileId, offers);
    const room = roomForStrips(plan, cut, SIDES);
    const strips = cut.strips.map(({ map, producer, side }) => kept.get(producer)!(map, oppositeSide(side)));
    const input = cropRegion(picture, maps[0]!.channels, wholeMap(maps[0]!), cut.input);
    const run = await executor.run({ tileId, offers, input, strips, keepIn: room });
    offered.set(tileId, offersOfTile(plan, cut));
    kept.set(tileId, keptOf(plan, cut, room));
    macs += run.macs;
    for (const [i, map] of outputs.entries()) {
      placeRegion(merged[i]!, maps[map]!.channels, wholeMap(maps[map]!), run.outputs[i]!, shares[i]!);
    }
  }
  return { merged, macs };
}

function keptOf(...[plan, cut, room]: Parameters<typeof keptStrips>) {
  const strips = keptStrips(plan, cut, room);
  return (map: number, side: Side) => strips.find((one) => one.map === map && one.side === side)!;
}
