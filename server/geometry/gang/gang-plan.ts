import { DeepThingsError } from '../../errors.js';
import { tileable } from '../../graph/cuts.js';
import type { Graph } from '../../graph/graph.js';
import { type SegmentedStage, segmentStage } from '../segments.js';
import { stageOf } from '../stage.js';

/**
 * How a gang computes a graph: the part that can be computed in blocks, in *gang stages*. At the end of each, members send each other
 * the strips of their blocks that later stages of the others read; within a stage halos are computed on both sides.
 */
export interface GangPlan {
  /** From the picture to the graph's last cut. */
  readonly stage: SegmentedStage;
  /** After how many of its segments each gang stage ends, ascending; the last is all of them. */
  readonly ends: readonly number[];
}

/**
 * @param choose after how many segments each gang stage ends; the end of all of them need not be said.
 * @throws DeepThingsError `DT_PLAN_DEPTH` when nothing of the graph can be computed in blocks.
 */
export function planGang(graph: Graph, choose: (stage: SegmentedStage) => readonly number[]): GangPlan {
  const { barriers, cuts, local } = tileable(graph);
  const last = cuts.at(-1);
  if (last === undefined) {
    const why = barriers[0] === undefined ? 'it has no layers' : `${barriers[0].node.name}: ${barriers[0].why}`;
    throw new DeepThingsError('DT_PLAN_DEPTH', `No part of ${graph.name} can be computed in blocks: ${why}.`);
  }
  const stage = segmentStage(stageOf(graph, local, last));
  const all = stage.segments.length;
  const inner = choose(stage).filter((end) => end > 0 && end < all);
  return Object.freeze({ stage, ends: Object.freeze([...inner, all]) });
}

/** Segments of a gang stage, from the first to before the last. */
export function segmentsOf({ ends }: GangPlan, stage: number) {
  return { start: stage === 0 ? 0 : ends[stage - 1]!, end: ends[stage]! };
}
