import { DeepThingsError } from '../../errors.js';
import { type Tileable, tileable } from '../../graph/cuts.js';
import { elementCount, type Graph, REARRANGE } from '../../graph/graph.js';
import { joinRearrangements } from '../../graph/rearrangements.js';
import { MACS } from '../machine-costs.js';
import type { Region } from '../region.js';
import { type SegmentedStage, segmentStage } from '../segments.js';
import { stageOf } from '../stage.js';
import { type Bands, blockOf } from './bands.js';

/** Names of the plans of gangs: stages as chosen, to the network's last layers; or a stage for each of the fused layers (MoDNN). */
export const GANG_PLANS = ['stages', 'layers'] as const;

export type GangPlanName = (typeof GANG_PLANS)[number];

/**
 * A graph for a gang: the part that can be computed in blocks, in *gang stages*. At the end of each, members send each other
 * the strips of their blocks that later stages of the others read; within a stage halos are computed on both sides.
 */
export interface GangPlan {
  /** From the picture to the graph's last cut. */
  readonly stage: SegmentedStage;
  /** After how many of its segments each gang stage ends, ascending; the last is all of them. */
  readonly ends: readonly number[];
  /** Returns the block of a map that a member owns; the blocks of all members cover the map exactly once. May be empty. */
  readonly blockOf: (bands: Bands, member: number, map: number) => Region;
}

/**
 * @param choose after how many segments each gang stage ends; the end of all of them need not be said.
 * @throws DeepThingsError `DT_PLAN_DEPTH` when nothing of the graph can be computed in blocks.
 */
export function planGang(graph: Graph, choose: (stage: SegmentedStage) => readonly number[]): GangPlan {
  const { barriers, cuts, local, of } = furthest(graph);
  const last = cuts.at(-1);
  if (last === undefined) {
    const why = barriers[0] === undefined ? 'it has no layers' : `${barriers[0].node.name}: ${barriers[0].why}`;
    throw new DeepThingsError('DT_PLAN_DEPTH', `No part of ${graph.name} can be computed in blocks: ${why}.`);
  }
  const stage = segmentStage(stageOf(of, local, last));
  const all = stage.segments.length;
  const inner = choose(stage).filter((end) => end > 0 && end < all);
  return gangOf(stage, [...inner, all]);
}

/** @param ends as `GangPlan.ends`. */
export function gangOf(stage: SegmentedStage, ends: readonly number[]): GangPlan {
  return Object.freeze({
    stage,
    ends: Object.freeze(ends),
    blockOf: (bands: Bands, member: number, map: number) => blockOf(bands, member, stage.maps[map]!),
  });
}

/**
 * Follows a graph as far as blocks can be computed: also behind rearrangements of whole maps, where sharing out what follows saves
 * more than it takes to bring the maps to every member.
 */
function furthest(graph: Graph): Tileable & { readonly of: Graph } {
  const plain = tileable(graph);
  const of = joinRearrangements(graph);
  if (of === graph) return { ...plain, of };
  const joined = tileable(of);
  const moved = joined.local
    .filter(({ operator }) => operator === REARRANGE)
    .flatMap(({ inputs }) => inputs.flatMap((name) => of.values.get(name) ?? []))
    .reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const more = (joined.cuts.at(-1)?.macs ?? 0) - (plain.cuts.at(-1)?.macs ?? 0);
  return more / 2 > MACS.perStripValue * moved ? { ...joined, of } : { ...plain, of: graph };
}

/** Segments of a gang stage, from the first to before the last. */
export function segmentsOf({ ends }: GangPlan, stage: number) {
  return { start: stage === 0 ? 0 : ends[stage - 1]!, end: ends[stage]! };
}
