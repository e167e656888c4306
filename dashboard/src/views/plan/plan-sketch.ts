import { planGraph } from '../../../../server/geometry/choose-cut.js';
import type { FtpPlan } from '../../../../server/geometry/ftp-plan.js';
import type { Grid } from '../../../../server/geometry/grid.js';
import { type PlanCost, planCost } from '../../../../server/geometry/plan-cost.js';
import { cutTile } from '../../../../server/geometry/reuse/tile-cut.js';
import { offersOfTile, offersToTile, type TileOffers } from '../../../../server/geometry/reuse/tile-offer.js';
import { type GraphCut, type Tileable, tileable } from '../../../../server/graph/cuts.js';
import type { Graph } from '../../../../server/graph/graph.js';
import { type GraphDocument, graphOfDocument } from '../../../../server/graph/graph-document.js';
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
  const { cuts, graph } = plannable(own);
  const cut = cutNear(cuts, choice.depth ?? ownDepth(own));
  const depth = cut.layers;
  const limits = limitsAt(own, depth);
  const wanted = choice.grid ?? ownGrid(own);
  const grid = { rows: clamp(wanted.rows, 1, limits.rows), columns: clamp(wanted.columns, 1, limits.columns) };
  const plan = planGraph(graph, depth === ownDepth(own) ? own.stages[0]!.values : cut.values, grid);
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
  const { cuts, graph } = plannable(own);
  const shapes = cutNear(cuts, depth).values.map((name) => graph.values.get(name)!.shape);
  const most = (axis: number) => Math.min(MOST_A_SIDE, Math.max(...shapes.map((shape) => shape[axis]!)));
  return { depth: cuts.at(-1)!.layers, rows: most(2), columns: most(3) };
}

/** By digest of the plan: a slider that is moved asks again and again. */
let latest: { readonly digest: string; readonly graph: Graph; readonly cuts: Tileable['cuts'] } | null = null;

function plannable({ digest, graph: document }: Plan) {
  if (latest?.digest !== digest) {
    const graph = graphOfDocument(document as GraphDocument);
    latest = { digest, graph, cuts: tileable(graph).cuts };
  }
  return latest;
}

/** The last cut after so many layers, or fewer where there is none. */
function cutNear(cuts: readonly GraphCut[], layers: number): GraphCut {
  return cuts.findLast((cut) => cut.layers <= layers) ?? cuts[0]!;
}

export function ownDepth({ stages }: Plan): number {
  return stages[0]!.layers;
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

export function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
