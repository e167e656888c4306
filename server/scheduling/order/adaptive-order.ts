import { DeepThingsError } from '../../errors.js';
import type { FtpPlan } from '../../geometry/ftp-plan.js';
import type { CacheTable } from '../../geometry/plan-cache.js';
import { neighbourAt, SIDES } from '../../geometry/reuse/neighbours.js';
import { offersKey, offersToTile } from '../../geometry/reuse/tile-offer.js';
import type { TileState } from '../reuse/tile-reuse.js';
import { TileCosts } from './tile-costs.js';

/**
 * Which tile of a frame to hand out next (`order: adaptive`), decided when it is asked for: the least of
 *
 *     twice - neighbours * share - macs * busy / 2
 *     --------------------------------------------
 *                    macs + share
 *
 * - `macs`: of the tile, given the offers that are there now.
 * - `twice`: how many of them a tile that is done or in flight computes as well, if it reused nothing; at most `macs`.
 *   Work that a strip cannot save because the tile came too early, or because only corners touch.
 * - `neighbours`: its sides whose tile is queued still. They can reuse what it computes: tiles amid untouched ones come
 *   first, and the frame is opened up in many places. `share` is the needed MACs over the number of tiles.
 * - `busy`: devices at work over tiles queued, at most 1: towards the end large tiles first.
 *
 * The last two count only while another tile is in flight: a device alone goes row by row, and computes nothing twice.
 * Equal ones go by the lowest id. The weights are round numbers from the middle of a broad optimum.
 * `test/scheduling/order/adaptive-order.test.ts` compares it with the paper's order (section IV.C.2) for YOLOv2.
 *
 * @param queued tiles to choose from, in any order.
 * @param states of every tile of the frame, by `tileId`; those in `queued` count as queued whatever it says. For a
 * device that fetches its next tile ahead, count its own unfinished one as done, with the offers that it will make.
 * @returns null when nothing is queued.
 * @throws DeepThingsError `DT_TILE_OUTSIDE` when the plan has no such tile or `states` is not one for each tile, and
 * `DT_OFFER_INVALID` as `cutTile`.
 */
export function chooseTile(plan: FtpPlan, queued: readonly number[], states: readonly TileState[]): number | null {
  checkTiles(plan, queued, states);
  const key = choiceKey(queued, states);
  return plan.cache.memoize(CHOICES, key, () => choose(plan, queued, frameOf(queued, states)));
}

/** By `choiceKey`: a thief waits for the answer. */
const CHOICES: CacheTable<string, number | null> = { limit: 1024 };
/** The plan's own. */
const COSTS: CacheTable<'plan', TileCosts> = { limit: 1 };

/** The same for frames of one plan that look the same. */
function choiceKey(queued: readonly number[], states: readonly TileState[]): string {
  let key = queued.join();
  for (let tileId = 0; tileId < states.length; tileId++) {
    const state = states[tileId]!;
    key += state.kind === 'done' ? `(${offersKey(tileId, state.offers)})` : state.kind;
  }
  return key;
}

function choose(plan: FtpPlan, queued: readonly number[], frame: FrameView): number | null {
  const costs = plan.cache.memoize(COSTS, 'plan', () => new TileCosts(plan));
  let best: number | null = null;
  let lowest = Number.POSITIVE_INFINITY;
  for (const tileId of queued) {
    const score = scoreOf(plan, costs, frame, tileId);
    if (best === null || score < lowest || (score === lowest && tileId < best)) {
      best = tileId;
      lowest = score;
    }
  }
  return best;
}

interface FrameView {
  readonly states: readonly TileState[];
  readonly isQueued: readonly boolean[];
  readonly inFlight: number;
  readonly queuedCount: number;
}

function frameOf(queued: readonly number[], states: readonly TileState[]): FrameView {
  const isQueued = states.map(({ kind }) => kind === 'queued');
  for (const tileId of queued) isQueued[tileId] = true;
  const inFlight = states.filter(({ kind }, tileId) => kind === 'in-flight' && !isQueued[tileId]).length;
  return { states, isQueued, inFlight, queuedCount: isQueued.filter(Boolean).length };
}

function scoreOf(plan: FtpPlan, costs: TileCosts, frame: FrameView, tileId: number): number {
  const { states, isQueued, inFlight, queuedCount } = frame;
  const offersOf = (producer: number) => {
    const state = states[producer]!;
    return state.kind === 'done' && !isQueued[producer] ? state.offers : null;
  };
  const { macs, shared } = costs.costOf(tileId, offersToTile(plan, tileId, offersOf));
  const near = costs.nearTiles(tileId);
  let twice = 0;
  for (let i = 0; i < near.length; i++) if (!isQueued[near[i]!]) twice += shared[i]!;
  const scale = Math.max(1, macs + costs.shareMacs);
  if (inFlight === 0) return Math.min(macs, twice) / scale;
  let neighbours = 0;
  for (const side of SIDES) if (isQueued[neighbourAt(plan.grid, tileId, side) ?? -1]) neighbours++;
  const busy = Math.min(1, (inFlight + 1) / queuedCount);
  return (Math.min(macs, twice) - neighbours * costs.shareMacs - (macs * busy) / 2) / scale;
}

function checkTiles(plan: FtpPlan, queued: readonly number[], states: readonly TileState[]): void {
  const tiles = plan.tiles.length;
  const stranger = queued.find((tileId) => plan.tiles[tileId] === undefined);
  if (stranger !== undefined || states.length !== tiles) {
    throw new DeepThingsError(
      'DT_TILE_OUTSIDE',
      `Expected queued tiles from 0 to ${tiles - 1} and the states of ${tiles} tiles, got ` +
        `${stranger === undefined ? `${states.length} states` : `tile ${stranger}`}. Choose among one frame's tiles, ` +
        'all of one plan.',
    );
  }
}
