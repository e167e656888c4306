import { EMPTY_REGION, isEmptyRegion, type Padding, type Region, regionArea, wholeMap } from '../../geometry/region.js';
import type { TakenSide } from '../../geometry/reuse/cut-sides.js';
import type { TensorShape } from '../graph.js';
import { macsOf } from '../macs.js';
import { type AxisReach, inputRange } from '../reach.js';
import type { GraphSegment, SegmentedStage } from './graph-segments.js';
import type { StageNode } from './stage.js';

/** A part of a materialised value that a node of a segment reads. */
export interface SegmentRead {
  readonly reader: StageNode;
  readonly value: string;
  /** On the value's map. */
  readonly region: Region;
  /** To be put around it. */
  readonly padding: Padding;
}

/** A materialised value that a segment puts out. */
export interface SegmentWrite {
  readonly value: string;
  /** Where the block that the engine puts out lies; contains `region`, and may reach beyond the map. */
  readonly block: Region;
  /** The part that is computed here: needed, and not taken of a neighbour. */
  readonly region: Region;
}

/** A part of a materialised value that a neighbour has computed. */
export interface GraphStrip extends TakenSide {
  readonly value: string;
}

/** One engine call of a tile. */
export interface TileStep {
  readonly segment: GraphSegment;
  readonly reads: readonly SegmentRead[];
  readonly writes: readonly SegmentWrite[];
  /** Multiply-accumulates. */
  readonly macs: number;
}

/** The calls that compute a tile, and the blocks that they need. */
export interface TileWalk {
  /** In their order; a call that has nothing to compute is left out. */
  readonly steps: readonly TileStep[];
  /** The region of each materialised value that the tile has, computed or taken of its neighbours. */
  readonly held: ReadonlyMap<string, Region>;
  /** The parts that it takes of its neighbours. */
  readonly strips: readonly GraphStrip[];
  /** Multiply-accumulates of all steps. */
  readonly macs: number;
}

/** Takes of a needed region what others have; what is left is a rectangle. */
export type Cut = (value: string, needed: Region) => { readonly rest: Region; readonly taken: readonly TakenSide[] };

const UNCUT: Cut = (_value, needed) => ({ rest: needed, taken: [] });

/**
 * Walks backward through a stage, so that in the end the tile's share of every value of the cut is there. At each materialised
 * value what is needed is the hull of what its readers compute; what neighbours offer of it is cut off side by side; the rest is
 * computed. Exact for any subset of offers.
 *
 * @param shares of the cut's values, by name.
 */
export function walkBack(stage: SegmentedStage, shares: ReadonlyMap<string, Region>, cut: Cut = UNCUT): TileWalk {
  const needed = new Map<string, Region>(shares);
  const held = new Map<string, Region>();
  const strips: GraphStrip[] = [];
  const steps: TileStep[] = [];
  for (const segment of stage.segments.toReversed()) {
    for (const value of segment.writes) {
      const region = needed.get(value) ?? EMPTY_REGION;
      if (isEmptyRegion(region)) continue;
      const { rest, taken } = cut(value, region);
      held.set(value, region);
      strips.push(...taken.map((one) => ({ ...one, value })));
      needed.set(value, rest);
    }
    const step = stepOf(stage, segment, needed);
    if (step !== null) steps.push(step);
  }
  return { steps: steps.reverse(), held, strips, macs: steps.reduce((sum, step) => sum + step.macs, 0) };
}

function stepOf(stage: SegmentedStage, segment: GraphSegment, needed: Map<string, Region>): TileStep | null {
  const { graph, materialised } = stage;
  const reads: SegmentRead[] = [];
  const blocks = new Map<string, Region>();
  let macs = 0;
  for (const one of segment.nodes.toReversed()) {
    const { node, reach, reads: names } = one;
    const wanted = node.outputs.flatMap((name) => needed.get(name) ?? []).filter((region) => !isEmptyRegion(region));
    if (wanted.length === 0) continue;
    const output = wanted.reduce(hull);
    let block = output;
    for (const value of names) {
      const { height, width } = mapOf(graph.values.get(value)!);
      const rows = inputRange(reach.rows, height, { start: output.y0, end: output.y1 });
      const columns = inputRange(reach.columns, width, { start: output.x0, end: output.x1 });
      const region = { x0: columns.start, x1: columns.end, y0: rows.start, y1: rows.end };
      if (materialised.has(value)) {
        const padding = { top: rows.before, bottom: rows.after, left: columns.before, right: columns.after };
        reads.push({ reader: one, value, region, padding });
      }
      const before = needed.get(value) ?? EMPTY_REGION;
      needed.set(value, isEmptyRegion(before) ? region : hull(before, region));
      block = blockOf(reach, region, output);
    }
    const whole = mapOf(graph.values.get(node.outputs.find((name) => name !== '')!)!);
    macs += (macsOf(graph, node) * regionArea(block)) / regionArea(wholeMap(whole));
    for (const name of node.outputs) blocks.set(name, block);
  }
  const writes = segment.writes.flatMap((value) => {
    const region = needed.get(value);
    return region === undefined || isEmptyRegion(region) ? [] : [{ value, region, block: blocks.get(value)! }];
  });
  return writes.length === 0 ? null : { segment, reads: reads.reverse(), writes, macs };
}

/** The block that an engine computes of a region of its input: the output, or with a spread all that the region reaches. */
function blockOf({ rows, columns }: StageNode['reach'], input: Region, output: Region): Region {
  const axis = (reach: AxisReach, [from, to]: readonly [number, number], exact: readonly [number, number]) => {
    if (reach.kind === 'window') return exact;
    const { before, kernel, stride } = reach;
    return [from * stride - before, (to - 1) * stride - before + kernel] as const;
  };
  const [y0, y1] = axis(rows, [input.y0, input.y1], [output.y0, output.y1]);
  const [x0, x1] = axis(columns, [input.x0, input.x1], [output.x0, output.x1]);
  return { x0, x1, y0, y1 };
}

function mapOf({ shape }: TensorShape) {
  const [, channels, height, width] = shape as [number, number, number, number];
  return { channels, height, width };
}

function hull(a: Region, b: Region): Region {
  return {
    x0: Math.min(a.x0, b.x0),
    x1: Math.max(a.x1, b.x1),
    y0: Math.min(a.y0, b.y0),
    y1: Math.max(a.y1, b.y1),
  };
}
