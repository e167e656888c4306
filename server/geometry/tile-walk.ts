import { type AxisReach, inputRange } from '../graph/reach.js';
import {
  EMPTY_REGION,
  hullRegion,
  type Interval,
  isEmptyRegion,
  type MapShape,
  NO_PADDING,
  type Padding,
  type Region,
  regionArea,
} from './region.js';
import type { TakenSide } from './reuse/cut-sides.js';
import type { Segment, SegmentedStage, SegmentNode } from './segments.js';

/** A block of a map that a segment reads. */
export interface SegmentRead {
  readonly region: Region;
  /** To be put around it. */
  readonly padding: Padding;
}

/** A map that a segment puts out. */
export interface SegmentWrite {
  readonly map: number;
  /** Where the block that the engine puts out lies; contains `region`, and may reach beyond the map. */
  readonly block: Region;
  /** The part that is computed here: needed, and not taken of a neighbour. */
  readonly region: Region;
}

/** One engine call of a tile. */
export interface TileStep {
  readonly segment: Segment;
  /** By the segment's inputs. */
  readonly reads: readonly SegmentRead[];
  readonly writes: readonly SegmentWrite[];
  /** Multiply-accumulates. */
  readonly macs: number;
}

/** A part of a map that a neighbour has computed. */
export interface WalkStrip extends TakenSide {
  readonly map: number;
}

/** The calls that compute a tile, and the blocks that they need. */
export interface TileWalk {
  /** In their order; a call that has nothing to compute is left out. */
  readonly steps: readonly TileStep[];
  /** By map: the region that the tile has, computed or taken of its neighbours. Map 0: what it needs of the picture. */
  readonly held: readonly Region[];
  /** The parts that it takes of its neighbours, in the order of maps. */
  readonly strips: readonly WalkStrip[];
  /** By the stage's `work`: the region of its output that each of these nodes computes. */
  readonly computes: readonly Region[];
  /** By value: the region that is computed of it; of the picture what is needed. */
  readonly needed: readonly Region[];
  /** Multiply-accumulates of all steps. */
  readonly macs: number;
}

/** Takes of a needed region what others have; what is left is a rectangle. */
export type Cut = (map: number, needed: Region) => { readonly rest: Region; readonly taken: readonly TakenSide[] };

const NOTHING_TAKEN: readonly TakenSide[] = Object.freeze([]);
const UNCUT: Cut = (_map, needed) => ({ rest: needed, taken: NOTHING_TAKEN });

/**
 * Walks backward through a stage, so that in the end the tile's share of every map that is handed over is there. At each map what is
 * needed is the hull of what its readers compute; what neighbours offer of it is cut off side by side; the rest is computed. Exact
 * for any subset of offers. Paper section IV.A, `Traversal` of Algorithm 1, over a graph (docs/decisions/0012-graphs-in-onnx-words.md).
 *
 * @param shares of the stage's outputs, in their order.
 */
export function walkBack(stage: SegmentedStage, shares: readonly Region[], cut: Cut = UNCUT): TileWalk {
  const wanted = new Map(stage.outputs.map((map, i) => [map, shares[i]!]));
  return walkSegments(stage, { start: 0, end: stage.segments.length }, wanted, cut);
}

/**
 * Walks backward through some of a stage's segments.
 *
 * @param segments from the first to before the last, by index.
 * @param wanted regions of maps that these segments put out. In the walk's `needed`, maps of earlier segments have what these read.
 */
export function walkSegments(
  stage: SegmentedStage,
  segments: Interval,
  wanted: ReadonlyMap<number, Region>,
  cut: Cut = UNCUT,
): TileWalk {
  const walk = new BackwardWalk(stage, cut);
  for (const [map, region] of wanted) walk.want(map, region);
  const steps: TileStep[] = [];
  for (let index = segments.end - 1; index >= segments.start; index--) {
    const step = walk.step(index);
    if (step !== null) steps.push(step);
  }
  const { computes, held, needed, strips } = walk;
  held[0] = needed[0]!;
  return Object.freeze({
    steps: Object.freeze(steps.reverse()),
    held: Object.freeze(held),
    strips: Object.freeze(strips.sort((a, b) => a.map - b.map)),
    computes: Object.freeze(computes),
    needed: Object.freeze(needed),
    macs: steps.reduce((sum, step) => sum + step.macs, 0),
  });
}

/** A walk backward through a stage's segments, one after another. */
export class BackwardWalk {
  readonly #stage: SegmentedStage;
  readonly #cut: Cut;
  /** By value: the region that readers need of it so far; once the walk is past the segment that computes it, what is computed. */
  readonly needed: Region[];
  /** As `TileWalk.held`, of the segments so far. */
  readonly held: Region[];
  /** As `TileWalk.computes`, of the segments so far. */
  readonly computes: Region[];
  readonly strips: WalkStrip[] = [];

  constructor(stage: SegmentedStage, cut: Cut = UNCUT) {
    this.#stage = stage;
    this.#cut = cut;
    this.needed = new Array(stage.shapes.length).fill(EMPTY_REGION);
    this.held = new Array(stage.maps.length).fill(EMPTY_REGION);
    this.computes = new Array(stage.work.length).fill(EMPTY_REGION);
  }

  /** Adds a region to what is needed of a value. Before the segment that computes it. */
  want(value: number, region: Region): void {
    this.needed[value] = hullRegion(this.needed[value]!, region);
  }

  /** Goes back through a segment; all segments that read what it puts out come before. @returns null when it has nothing to put out. */
  step(index: number): TileStep | null {
    const segment = this.#stage.segments[index]!;
    for (const map of segment.writes) {
      const region = this.needed[map]!;
      if (isEmptyRegion(region)) continue;
      const { rest, taken } = this.#cut(map, region);
      this.held[map] = region;
      for (const one of taken) this.strips.push(Object.freeze({ ...one, map }));
      this.needed[map] = rest;
    }
    return stepOf(this.#stage, segment, this.needed, this.computes);
  }
}

function stepOf(stage: SegmentedStage, segment: Segment, needed: Region[], computes: Region[]): TileStep | null {
  const reads: SegmentRead[] = new Array(segment.inputs.length);
  const blocks = new Map<number, Region>();
  let macs = 0;
  for (let place = segment.nodes.length - 1; place >= 0; place--) {
    const one = segment.nodes[place]!;
    const output = hullOf(one.to, needed);
    if (isEmptyRegion(output)) continue;
    let block = output;
    for (let i = 0; i < one.from.length; i++) {
      const from = one.from[i]!;
      const read = one.isSameCell
        ? Object.freeze({ region: output, padding: NO_PADDING })
        : readOf(one, stage.shapes[from]!, output);
      if (one.inputs[i]! >= 0) reads[one.inputs[i]!] = read;
      needed[from] = hullRegion(needed[from]!, read.region);
      block = one.isSameCell ? output : blockOf(one.reach, read.region, output);
    }
    if (one.work >= 0) {
      computes[one.work] = block;
      macs += stage.work[one.work]!.macsPerCell * regionArea(block);
    }
    for (const to of one.to) if (to < stage.maps.length) blocks.set(to, block);
  }
  const writes = segment.writes.flatMap((map) => {
    const region = needed[map]!;
    return isEmptyRegion(region) ? [] : [Object.freeze({ map, region, block: blocks.get(map)! })];
  });
  if (writes.length === 0) return null;
  return Object.freeze({ segment, reads: Object.freeze(reads), writes: Object.freeze(writes), macs });
}

function readOf({ reach }: SegmentNode, { height, width }: MapShape, output: Region): SegmentRead {
  const rows = inputRange(reach.rows, height, { start: output.y0, end: output.y1 });
  const columns = inputRange(reach.columns, width, { start: output.x0, end: output.x1 });
  return Object.freeze({
    region: Object.freeze({ x0: columns.start, x1: columns.end, y0: rows.start, y1: rows.end }),
    padding: Object.freeze({ top: rows.before, bottom: rows.after, left: columns.before, right: columns.after }),
  });
}

/** The block that an engine computes of a region of its input: the output, or with a spread all that the region reaches. */
function blockOf({ rows, columns }: SegmentNode['reach'], input: Region, output: Region): Region {
  if (rows.kind === 'window' && columns.kind === 'window') return output;
  const axis = (reach: AxisReach, [from, to]: readonly [number, number], exact: readonly [number, number]) => {
    if (reach.kind === 'window') return exact;
    if (reach.kind === 'whole') return [0, reach.size] as const;
    const { before, kernel, stride } = reach;
    return [from * stride - before, (to - 1) * stride - before + kernel] as const;
  };
  const [y0, y1] = axis(rows, [input.y0, input.y1], [output.y0, output.y1]);
  const [x0, x1] = axis(columns, [input.x0, input.x1], [output.x0, output.x1]);
  return Object.freeze({ x0, x1, y0, y1 });
}

function hullOf(values: readonly number[], needed: readonly Region[]): Region {
  let all = EMPTY_REGION;
  for (const value of values) all = hullRegion(all, needed[value]!);
  return all;
}
