import { type FtpPlan, planFtp } from '../../../../server/geometry/ftp-plan.js';
import type { Grid } from '../../../../server/geometry/grid.js';
import { type PlanCost, planCost } from '../../../../server/geometry/plan-cost.js';
import { cutTile } from '../../../../server/geometry/reuse/tile-cut.js';
import { offersOfTile, offersToTile, type TileOffers } from '../../../../server/geometry/reuse/tile-offer.js';
import type { Plan } from '../../contract-types.js';
import type { PlanChoice } from '../../routing/route.js';

/** As nodes send them: layer 0's input as bytes, feature maps as F32. */
const TRAVEL_WIDTHS = { inputBytesPerValue: 1, outputBytesPerValue: 4 };
/** More tiles a side are of no use to anybody, and no longer fit on a page. */
export const MOST_A_SIDE = 12;

/** Another plan, or the cluster's own, worked out here. */
export interface PlanSketch {
  readonly plan: FtpPlan;
  readonly cost: PlanCost;
  /** Multiply-accumulates when one device runs the tiles row by row and each reuses all it can. */
  readonly reusedMacs: number;
  readonly tile: number;
  readonly isOwn: boolean;
}

/** What the sliders may be set to. */
export interface PlanLimits {
  readonly depth: number;
  readonly rows: number;
  readonly columns: number;
}

/** The same geometry as the nodes', for what was chosen; what cannot be is brought to the nearest that can. */
export function sketchPlan(own: Plan, choice: PlanChoice): PlanSketch {
  const depth = clamp(choice.depth ?? ownDepth(own), 1, own.layers.length);
  const limits = limitsAt(own, depth);
  const wanted = choice.grid ?? ownGrid(own);
  const grid = { rows: clamp(wanted.rows, 1, limits.rows), columns: clamp(wanted.columns, 1, limits.columns) };
  const plan = planFtp(own.layers, depth, grid);
  const middle = Math.floor(grid.rows / 2) * grid.columns + Math.floor(grid.columns / 2);
  const isOwn = depth === ownDepth(own) && grid.rows === ownGrid(own).rows && grid.columns === ownGrid(own).columns;
  return {
    plan,
    cost: planCost(plan, TRAVEL_WIDTHS),
    reusedMacs: macsRowByRow(plan),
    tile: clamp(choice.tile ?? middle, 0, plan.tiles.length - 1),
    isOwn,
  };
}

export function limitsAt(own: Plan, depth: number): PlanLimits {
  const output = own.layers[depth - 1]!.output;
  return {
    depth: own.layers.length,
    rows: Math.min(MOST_A_SIDE, output.height),
    columns: Math.min(MOST_A_SIDE, output.width),
  };
}

export function ownDepth({ stages }: Plan): number {
  return stages[0]!.endLayer;
}

export function ownGrid({ stages }: Plan): Grid {
  return stages[0]!.grid;
}

function macsRowByRow(plan: FtpPlan): number {
  const kept: TileOffers[] = [];
  let macs = 0;
  for (const { tileId } of plan.tiles) {
    const cut = cutTile(
      plan,
      tileId,
      offersToTile(plan, tileId, (producer) => kept[producer] ?? null),
    );
    kept[tileId] = offersOfTile(plan, cut);
    macs += cut.macs;
  }
  return macs;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
