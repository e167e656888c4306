import { DeepThingsError } from '../errors.js';
import { type GraphCut, type Tileable, tileable } from '../graph/cuts.js';
import type { Graph } from '../graph/graph.js';
import { type FtpPlan, fuseStage, planFtp } from './ftp-plan.js';
import { type Grid, tileCount, tilePosition, tileShare } from './grid.js';
import { MACS } from './machine-costs.js';
import { type Region, regionArea } from './region.js';
import { type SegmentedStage, segmentStage } from './segments.js';
import { stageOf } from './stage.js';
import { type TileWalk, walkSegments } from './tile-walk.js';

/**
 * Where the fused part of a graph ends: after so many layers, a node or value by name, a share of the work such as `40%`, `auto` for
 * the cheapest place, or the values that are handed over there.
 */
export type FusedDepth = number | string | readonly string[];

/** The segments that compute the tiles of a cut: all of a stage that ends there, or the first ones of a stage that ends later. */
interface CutSegments {
  readonly stage: SegmentedStage;
  /** The maps that are handed over. */
  readonly outputs: readonly number[];
  /** After the last segment that puts one of them out. */
  readonly end: number;
}

/** Each tile's share of every map that is handed over. */
function sharesOf({ outputs, stage }: CutSegments, grid: Grid, tileId: number): ReadonlyMap<number, Region> {
  const position = tilePosition(grid, tileId);
  return new Map(outputs.map((map) => [map, tileShare(grid, stage.maps[map]!, position)]));
}

/**
 * Finds the cut with which a picture takes least time where devices share the tiles, without reuse, and one more gets their outputs
 * and computes what follows. Looks at cuts that hand over no more bytes than the ones beside them.
 *
 * @param devices of one speed, at least 1.
 * @returns null when nothing of the graph can be computed in tiles.
 */
export function chooseCut(graph: Graph, parts: Tileable, grid: Grid, devices: number): GraphCut | null {
  const { cuts, local, macs } = parts;
  const isNarrow = ({ bytes }: GraphCut, i: number) =>
    bytes <= (cuts[i - 1]?.bytes ?? bytes) && bytes < (cuts[i + 1]?.bytes ?? Number.POSITIVE_INFINITY);
  const isFine = ({ values }: GraphCut) => {
    const shapes = values.map((name) => graph.values.get(name)!.shape);
    return shapes.some((shape) => shape[2]! >= grid.rows) && shapes.some((shape) => shape[3]! >= grid.columns);
  };
  const tiles = fromTheMiddle(grid);
  const busy = Math.min(devices, tiles.length);
  const behind = (cut: GraphCut) => macs - cut.macs + MACS.perByteSent * cut.bytes;
  /** No cut takes less: its tiles have equal shares, compute nothing twice and need no time but for that. */
  const bound = (cut: GraphCut) => behind(cut) + cut.macs / busy;
  const candidates = cuts.filter(isNarrow).filter(isFine);
  const deepest = candidates.at(-1);
  if (deepest === undefined) return null;
  const longest = segmentStage(stageOf(graph, local, deepest));
  let best: { readonly cut: GraphCut; readonly time: number } | null = null;
  for (const cut of candidates.toSorted((a, b) => bound(a) - bound(b))) {
    if (best !== null && bound(cut) >= best.time) break;
    const most: number = best === null ? Number.POSITIVE_INFINITY : best.time - behind(cut);
    const segments = segmentsIn(longest, sameWork(cuts, cut)) ?? ownSegments(segmentStage(stageOf(graph, local, cut)));
    const time = sharedTime(segments, grid, tiles, busy, most);
    if (time < most) best = { cut, time: time + behind(cut) };
  }
  return best?.cut ?? null;
}

/**
 * Lists the cuts whose tiles take as long: between them lie only nodes that compute each cell from the same one, in the same engine call.
 *
 * @returns the cut itself first.
 */
function sameWork(cuts: readonly GraphCut[], cut: GraphCut): readonly GraphCut[] {
  const { bytes, layers, values } = cut;
  const same = cuts.filter(
    (other) =>
      other.nodes > cut.nodes &&
      other.layers === layers &&
      other.bytes === bytes &&
      other.values.length === values.length,
  );
  return [cut, ...same];
}

/**
 * Finds the segments that compute the values of one of these cuts in a stage that ends later: it is segmented once for many cuts. These segments are the
 * same as those of a stage that ends at the cut, since no segment reaches across maps that are put together by hand.
 *
 * @returns null where each cut has a value that is not put together by hand.
 */
function segmentsIn(stage: SegmentedStage, same: readonly GraphCut[]): CutSegments | null {
  for (const { values } of same) {
    const outputs = values.map((name) => stage.numbers.get(name) ?? stage.maps.length);
    if (outputs.some((map) => map >= stage.maps.length)) continue;
    const last = stage.segments.findLastIndex(({ writes }) => writes.some((map) => outputs.includes(map)));
    return { stage, outputs, end: last + 1 };
  }
  return null;
}

function ownSegments(stage: SegmentedStage): CutSegments {
  return { stage, outputs: stage.outputs, end: stage.segments.length };
}

/** @returns no less than `most` once the tiles so far take as long. */
function sharedTime(
  segments: CutSegments,
  grid: Grid,
  tiles: readonly number[],
  devices: number,
  most: number,
): number {
  const { end, stage } = segments;
  let [all, time] = [0, 0];
  for (const tileId of tiles) {
    const one = tileTime(stage, walkSegments(stage, { start: 0, end }, sharesOf(segments, grid, tileId)));
    all += one;
    time = Math.max(time, one, all / devices);
    if (time >= most) break;
  }
  return time;
}

function tileTime({ maps }: SegmentedStage, { held, macs, steps }: TileWalk): number {
  const values = held.reduce((sum, region, map) => sum + maps[map]!.channels * regionArea(region), 0);
  return macs + MACS.perCall * steps.length + MACS.perValue * values;
}

/** Tiles by their distance from the middle, where they have halos on all sides. */
function fromTheMiddle(grid: Grid): readonly number[] {
  const distance = (tileId: number) => {
    const { column, row } = tilePosition(grid, tileId);
    return Math.abs(row - (grid.rows - 1) / 2) + Math.abs(column - (grid.columns - 1) / 2);
  };
  return Array.from({ length: tileCount(grid) }, (_, tileId) => tileId).sort((a, b) => distance(a) - distance(b));
}

/**
 * Finds the cut that a fused depth means.
 *
 * @param grid that the cut is to be cheapest in, for `auto`.
 * @param devices that share the tiles, for `auto`.
 * @throws DeepThingsError `DT_PLAN_DEPTH` when the graph has no such cut, or none at all.
 */
export function cutAt(graph: Graph, parts: Tileable, depth: FusedDepth, grid: Grid, devices: number): GraphCut {
  const { barriers, cuts, macs } = parts;
  if (cuts.length === 0) {
    const why = barriers[0] === undefined ? 'it has no layers' : `${barriers[0].node.name}: ${barriers[0].why}`;
    throw depthError(`no part of ${graph.name} can be computed in tiles: ${why}`);
  }
  if (typeof depth === 'number') return cutAfterLayers(graph, cuts, depth);
  if (typeof depth !== 'string') return cutOf(graph, cuts, depth);
  if (depth === 'auto') {
    const best = chooseCut(graph, parts, grid, devices);
    if (best !== null) return best;
    throw depthError(`no map of ${graph.name} has as many cells as the grid has tiles`, 'Write a coarser grid.');
  }
  const share = /^(\d{1,3}(?:\.\d+)?) ?%$/.exec(depth)?.[1];
  if (share !== undefined) {
    const most = (macs * Number(share)) / 100;
    const cut = cuts.findLast((one) => one.macs <= most);
    if (cut !== undefined && Number(share) <= 100) return cut;
    const least = Math.ceil((100 * cuts[0]!.macs) / macs);
    const why = cut === undefined ? 'ends before its first cut' : 'is more than there is';
    throw depthError(`${depth} of ${graph.name} ${why}`, `Write from ${least}% to 100%.`);
  }
  const named = cuts.findLast(
    ({ after, values }) => after.name === depth || (values.length === 1 && values[0] === depth),
  );
  if (named !== undefined) return named;
  throw depthError(
    `${graph.name} has no node ${JSON.stringify(depth.slice(0, 80))} after which its fused part can end`,
    '"deepthings model inspect" lists those that it has. A number of layers, a share such as 40%, or auto will do.',
  );
}

function cutOf(graph: Graph, cuts: readonly GraphCut[], wanted: readonly string[]): GraphCut {
  const cut = cuts.find(
    ({ values }) => values.length === wanted.length && values.every((name) => wanted.includes(name)),
  );
  if (cut !== undefined) return cut;
  throw depthError(`${graph.name} cannot hand over ${wanted.join(', ')} together`, 'Both nodes need the same model.');
}

function cutAfterLayers(graph: Graph, cuts: readonly GraphCut[], depth: number): GraphCut {
  const cut = cuts.findLast(({ layers }) => layers === depth);
  if (cut !== undefined) return cut;
  const deepest = cuts.at(-1)!.layers;
  throw depthError(
    `a fused depth of ${depth} layers is not one of ${graph.name}`,
    `Choose a depth from ${cuts[0]!.layers} to ${deepest}.`,
  );
}

/**
 * Plans a graph, see `cutAt` and `planFtp`.
 *
 * @param devices that share the tiles, for `auto`; as many as there are tiles unless said otherwise.
 */
export function planGraph(graph: Graph, depth: FusedDepth, grid: Grid, devices = tileCount(grid)): FtpPlan {
  const parts = tileable(graph);
  return planFtp(fuseStage(graph, parts.local, cutAt(graph, parts, depth, grid, devices)), grid);
}

function depthError(problem: string, remedy = 'Choose another model.'): DeepThingsError {
  return new DeepThingsError('DT_PLAN_DEPTH', `${problem[0]!.toUpperCase()}${problem.slice(1)}. ${remedy}`);
}
