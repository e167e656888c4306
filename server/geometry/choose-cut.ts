import { DeepThingsError } from '../errors.js';
import { type GraphCut, type Tileable, tileable } from '../graph/cuts.js';
import type { Graph } from '../graph/graph.js';
import { type FtpPlan, fuseStage, planFtp } from './ftp-plan.js';
import { type Grid, tileCount, tilePosition, tileShare } from './grid.js';
import { MACS } from './machine-costs.js';
import { macsOfRegions } from './plan-cost.js';
import { type Region, regionArea } from './region.js';
import { type SegmentedStage, segmentStage } from './segments.js';
import { stageOf } from './stage.js';
import { walkSegments } from './tile-walk.js';

/**
 * Where the fused part of a graph ends: after so many layers, a node or value by name, a share of the work such as `40%`, `auto` for
 * the cheapest place, or the values that are handed over there.
 */
export type FusedDepth = number | string | readonly string[];

/** The segments that compute the tiles of a cut: all of a stage that ends there, or the first ones of a stage that ends later. */
interface CutSegments {
  readonly stage: SegmentedStage;
  /** The values that are handed over, by number. */
  readonly outputs: readonly number[];
  /** After the last segment that computes one of them. */
  readonly end: number;
}

/** Each tile's share of every value that is handed over. */
function sharesOf({ outputs, stage }: CutSegments, grid: Grid, tileId: number): ReadonlyMap<number, Region> {
  const position = tilePosition(grid, tileId);
  return new Map(outputs.map((value) => [value, tileShare(grid, stage.shapes[value]!, position)]));
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
  const tiles = fromTheMiddle(grid);
  const busy = Math.min(devices, tiles.length);
  const behind = (cut: GraphCut) => macs - cut.macs + MACS.perByteSent * cut.bytes;
  /** No cut takes less: its tiles have equal shares, compute nothing twice and need no time but for that. */
  const bound = (cut: GraphCut) => behind(cut) + cut.macs / busy;
  const candidates = cutsFor(graph, parts, grid);
  const deepest = candidates.at(-1);
  if (deepest === undefined) return null;
  const longest = segmentStage(stageOf(graph, local, deepest));
  let best: { readonly cut: GraphCut; readonly time: number } | null = null;
  for (const cut of candidates.toSorted((a, b) => bound(a) - bound(b))) {
    if (best !== null && bound(cut) >= best.time) break;
    const most: number = best === null ? Number.POSITIVE_INFINITY : best.time - behind(cut);
    const timeOf = (segments: CutSegments, tileTime: TileTime) =>
      sharedTime((tileId) => tileTime(segments, sharesOf(segments, grid, tileId)), tiles, busy, most);
    let segments = segmentsIn(longest, sameWork(cuts, cut));
    if (segments === null) {
      const inner = innerSegments(longest, cut);
      if (inner !== null && timeOf(inner, layersTime) >= most) continue;
      segments = ownSegments(segmentStage(stageOf(graph, local, cut)));
    }
    const time = timeOf(segments, tileTime);
    if (time < most) best = { cut, time: time + behind(cut) };
  }
  return best?.cut ?? null;
}

/** Lists the cuts that a grid can be put over and that hand over no more bytes than the ones beside them, from the first to the last. */
function cutsFor(graph: Graph, { cuts }: Tileable, grid: Grid): readonly GraphCut[] {
  const isNarrow = ({ bytes }: GraphCut, i: number) =>
    bytes <= (cuts[i - 1]?.bytes ?? bytes) && bytes < (cuts[i + 1]?.bytes ?? Number.POSITIVE_INFINITY);
  const isFine = ({ values }: GraphCut) => {
    const shapes = values.map((name) => graph.values.get(name)!.shape);
    return shapes.some((shape) => shape[2]! >= grid.rows) && shapes.some((shape) => shape[3]! >= grid.columns);
  };
  return cuts.filter(isNarrow).filter(isFine);
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
 * same as those of a stage that ends at the cut, since no segment reaches across maps that are put together by hand. Where the cut
 * has one value that is not, the last of them computes as much as is needed of the value.
 *
 * @returns null where each cut has several values, and one that is not put together by hand.
 */
function segmentsIn(stage: SegmentedStage, same: readonly GraphCut[]): CutSegments | null {
  for (const cut of same) {
    const inner = innerSegments(stage, cut);
    if (inner === null) continue;
    const { outputs } = inner;
    if (outputs.length === 1 || outputs.every((value) => value < stage.maps.length)) return inner;
  }
  return null;
}

/**
 * Finds the segments of a stage that ends later which compute the values of a cut. Layers compute the same in them as in a stage that ends at
 * the cut, though that one may have more engine calls.
 *
 * @returns null where the later stage does not have all of the values.
 */
function innerSegments(stage: SegmentedStage, { values }: GraphCut): CutSegments | null {
  const outputs = values.map((name) => stage.numbers.get(name) ?? -1);
  if (outputs.includes(-1)) return null;
  const last = stage.segments.findLastIndex(({ nodes }) =>
    nodes.some(({ to }) => to.some((value) => outputs.includes(value))),
  );
  return { stage, outputs, end: last + 1 };
}

function ownSegments(stage: SegmentedStage): CutSegments {
  return { stage, outputs: stage.outputs, end: stage.segments.length };
}

/** @returns no less than `most` once the tiles so far take as long. */
function sharedTime(
  tileTime: (tileId: number) => number,
  tiles: readonly number[],
  devices: number,
  most: number,
): number {
  let [all, time] = [0, 0];
  for (const tileId of tiles) {
    const one = tileTime(tileId);
    all += one;
    time = Math.max(time, one, all / devices);
    if (time >= most) break;
  }
  return time;
}

/** Returns what a tile takes, given its shares of what is handed over. */
type TileTime = (segments: CutSegments, shares: ReadonlyMap<number, Region>) => number;

const tileTime: TileTime = ({ end, outputs, stage }, shares) => {
  const { computes, held, steps } = walkSegments(stage, { start: 0, end }, shares);
  const valuesOf = (region: Region, value: number) => stage.shapes[value]!.channels * regionArea(region);
  // A stage that ends at the cut puts out its value, in an engine call of its own.
  const inner = outputs.filter((value) => value >= stage.maps.length);
  const values = inner.reduce((sum, value) => sum + valuesOf(shares.get(value)!, value), 0);
  const put = held.reduce((sum, region, map) => sum + valuesOf(region, map), values);
  return macsOfRegions(stage, computes) + MACS.perCall * (steps.length + inner.length) + MACS.perValue * put;
};

/** Returns what a tile takes at least: its layers, without engine calls and what they read. */
const layersTime: TileTime = ({ end, stage }, shares) =>
  macsOfRegions(stage, walkSegments(stage, { start: 0, end }, shares).computes);

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

/**
 * Checks that a graph can be planned so, without the search for the cheapest cut.
 *
 * @throws DeepThingsError as `planGraph`.
 */
export function requireCut(graph: Graph, depth: FusedDepth, grid: Grid): void {
  if (depth !== 'auto' || cutsFor(graph, tileable(graph), grid).length === 0) planGraph(graph, depth, grid);
}

function depthError(problem: string, remedy = 'Choose another model.'): DeepThingsError {
  return new DeepThingsError('DT_PLAN_DEPTH', `${problem[0]!.toUpperCase()}${problem.slice(1)}. ${remedy}`);
}
