import { memoize } from '../memoize.js';
import {
  containsRegion,
  EMPTY_REGION,
  hullRegion,
  intersectRegions,
  isEmptyRegion,
  type MapRegion,
  type Region,
  regionArea,
} from '../region.js';
import { type TileStep, type TileWalk, walkSegments } from '../tile-walk.js';
import { type Bands, memberCount } from './bands.js';
import { type GangPlan, segmentsOf } from './gang-plan.js';

/** A part of a member's block that another member reads in a later stage. */
export interface OwedStrip extends MapRegion {
  readonly to: number;
}

/** All strips that a member sends another one after a stage: one body. */
export interface DueBody {
  readonly from: number;
  readonly stage: number;
}

/**
 * The way of a body of strips. Two members that owe each other strips after the same stage exchange them: the first one that has its strips
 * sends them in a question, and the answer carries the other's. Where only one of them owes strips, it sends them.
 */
export type StripWay = 'send' | 'exchange';

/** All strips that a member owes another one after a stage. */
export interface OwedBody {
  readonly to: number;
  readonly way: StripWay;
  /** The receiver's first stage that reads something of it. */
  readonly before: number;
}

/** Work of a member in one gang stage. */
export interface MemberStage {
  /** Engine calls in order; none where its blocks are empty. */
  readonly steps: readonly TileStep[];
  /** Sent after the stage, by receiver and map. */
  readonly owed: readonly OwedStrip[];
  /** The bodies of these strips, one for each receiver. */
  readonly bodies: readonly OwedBody[];
  /** The bodies that must have come before the stage begins. */
  readonly due: readonly DueBody[];
  /** Multiply-accumulates. */
  readonly macs: number;
}

/** A member's part of a frame. Plain frozen data. */
export interface MemberPlan {
  readonly member: number;
  /** The part of the picture that it needs. */
  readonly input: Region;
  readonly stages: readonly MemberStage[];
  /** By output of the plan's stage: its block of that map. */
  readonly outputs: readonly Region[];
}

/** The work of a member for a frame. */
export interface MemberCosts {
  /** Multiply-accumulates. */
  readonly macs: number;
  /** Of the engine. */
  readonly calls: number;
  /** That are put together for the engine. */
  readonly values: number;
  /** That come from other members; about as many go. */
  readonly bodies: number;
  /** In these bodies. */
  readonly stripValues: number;
}

/** A member's regions, before the senders of strips are chosen. */
interface Draft {
  readonly stages: readonly { readonly steps: readonly TileStep[]; readonly macs: number }[];
  /** By map: the region that it computes in the stage that puts the map out. */
  readonly computed: readonly Region[];
  /** By map: what it reads of the map in all later stages, and the first of these. */
  readonly read: readonly { readonly region: Region; readonly stage: number }[];
}

/**
 * Shares a frame out: each member computes its block of every map that crosses an end of a stage, and what its stage needs around
 * these. Strips are sent once, as the hull of what all later stages of the receiver read. Exact for any ends and bands.
 */
export function gangBlocks(plan: GangPlan, bands: Bands): readonly MemberPlan[] {
  const { outputs } = plan.stage;
  const madeIn = stagesOfMaps(plan);
  const published = publishedMaps(plan, madeIn);
  const members = Array.from({ length: memberCount(bands) }, (_, member) => member);
  const drafts = members.map((member) => draftOf(plan, bands, member, published));
  const strips = members.flatMap((from) =>
    madeIn.flatMap((stage, map) =>
      members.flatMap((to) => owedOf({ plan, bands, draft: drafts[to]! }, { from, to, map, stage })),
    ),
  );
  return members.map((member) => {
    const { computed: _, read, stages } = drafts[member]!;
    const due = duesOf(strips.filter(({ to }) => to === member));
    return Object.freeze({
      member,
      input: read[0]!.region,
      stages: stages.map(({ macs, steps }, index) => {
        const owed = strips.filter(({ from, stage }) => from === member && stage === index);
        return Object.freeze({
          steps,
          macs,
          owed: owed.map(({ map, region, to }) => Object.freeze({ map, region, to })),
          bodies: bodiesOf(strips, member, index),
          due: due.filter(({ before }) => before === index).map(({ from, stage }) => Object.freeze({ from, stage })),
        });
      }),
      outputs: outputs.map((map) => plan.blockOf(bands, member, map)),
    });
  });
}

/** By map: the gang stage that puts it out; -1 for the picture. */
function stagesOfMaps(plan: GangPlan): readonly number[] {
  const made: number[] = plan.stage.maps.map(() => -1);
  for (const index of plan.ends.keys()) {
    const { end, start } = segmentsOf(plan, index);
    for (const { writes } of plan.stage.segments.slice(start, end)) for (const map of writes) made[map] = index;
  }
  return made;
}

/** By gang stage: the maps that it puts out and a later one reads, or that are handed over at the end. */
export function publishedMaps(plan: GangPlan, madeIn = stagesOfMaps(plan)): readonly (readonly number[])[] {
  const { outputs, segments } = plan.stage;
  const crossing = new Set(outputs);
  for (const index of plan.ends.keys()) {
    const { end, start } = segmentsOf(plan, index);
    for (const { inputs } of segments.slice(start, end)) {
      for (const { map } of inputs) if (madeIn[map]! < index) crossing.add(map);
    }
  }
  return plan.ends.map((_, index) => [...crossing].filter((map) => madeIn[map] === index));
}

/** Walks through gang stages of one graph, of one member of one choice of bands, by the segments of the stage: what a stage publishes follows from these. */
export type StageWalks = Map<string, TileWalk>;

function draftOf(
  plan: GangPlan,
  bands: Bands,
  member: number,
  published: readonly (readonly number[])[],
  walks: StageWalks = new Map(),
): Draft {
  const { maps } = plan.stage;
  const computed: Region[] = maps.map(() => EMPTY_REGION);
  const read = maps.map(() => ({ region: EMPTY_REGION, stage: Number.POSITIVE_INFINITY }));
  const stages = plan.ends.map((_, index) => {
    const segments = segmentsOf(plan, index);
    const wanted = () => new Map(published[index]!.map((map) => [map, plan.blockOf(bands, member, map)]));
    const key = `${segments.start} ${segments.end}`;
    const walk = memoize(walks, key, () => walkSegments(plan.stage, segments, wanted()));
    const own = new Set(plan.stage.segments.slice(segments.start, segments.end).flatMap(({ writes }) => writes));
    for (const map of maps.keys()) {
      const region = walk.needed[map]!;
      if (own.has(map)) computed[map] = region;
      else if (!isEmptyRegion(region)) {
        const known = read[map]!;
        read[map] = { region: hullRegion(known.region, region), stage: Math.min(known.stage, index) };
      }
    }
    return { steps: walk.steps, macs: walk.macs };
  });
  return { stages, computed, read };
}

interface Receiving {
  readonly plan: GangPlan;
  readonly bands: Bands;
  /** Of the receiver. */
  readonly draft: Draft;
}

interface Crossing {
  readonly from: number;
  readonly to: number;
  readonly map: number;
  /** That puts the map out; -1 for the picture, which is not sent from member to member. */
  readonly stage: number;
}

interface Sent extends Crossing {
  readonly region: Region;
  /** The stage of the receiver that reads it first. */
  readonly before: number;
}

function owedOf({ bands, draft, plan }: Receiving, crossing: Crossing): readonly Sent[] {
  const { from, map, stage, to } = crossing;
  if (from === to || stage < 0) return [];
  const { computed, read } = draft;
  if (!readsOthers(draft, map)) return [];
  const block = plan.blockOf(bands, from, map);
  const region = outside(intersectRegions(block, read[map]!.region), computed[map]!);
  return isEmptyRegion(region) ? [] : [{ ...crossing, region, before: read[map]!.stage }];
}

/** Returns false for the maps of which a member computes all that it reads: these are most of them. */
function readsOthers({ computed, read }: Draft, map: number): boolean {
  const { region } = read[map]!;
  return !isEmptyRegion(region) && !containsRegion(computed[map]!, region);
}

/**
 * Returns what the blocks cost that one member computes, and what it gets of the others.
 *
 * @param walks of the same graph, bands and member, kept from plan to plan.
 */
export function memberCosts(plan: GangPlan, bands: Bands, member: number, walks?: StageWalks): MemberCosts {
  const madeIn = stagesOfMaps(plan);
  const draft = draftOf(plan, bands, member, publishedMaps(plan, madeIn), walks);
  const members = Array.from({ length: memberCount(bands) }, (_, from) => from);
  const strips = madeIn.flatMap((stage, map) =>
    readsOthers(draft, map)
      ? members.flatMap((from) => owedOf({ plan, bands, draft }, { from, to: member, map, stage }))
      : [],
  );
  const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);
  const valuesOf = (map: number, region: Region) => plan.stage.maps[map]!.channels * regionArea(region);
  const steps = draft.stages.flatMap((stage) => stage.steps);
  return {
    macs: sum(draft.stages.map(({ macs }) => macs)),
    calls: steps.length,
    values: sum(
      steps.flatMap(({ reads, segment }) => reads.map(({ region }, i) => valuesOf(segment.inputs[i]!.map, region))),
    ),
    bodies: duesOf(strips).length,
    stripValues: sum(strips.map(({ map, region }) => valuesOf(map, region))),
  };
}

/** The least rectangle with all cells of a region that are not covered. */
function outside(region: Region, covered: Region): Region {
  if (isEmptyRegion(region) || containsRegion(covered, region)) return EMPTY_REGION;
  const { x0, x1, y0, y1 } = intersectRegions(region, covered);
  if (x1 === x0) return region;
  if (x0 === region.x0 && x1 === region.x1) {
    if (y0 === region.y0) return { ...region, y0: y1 };
    if (y1 === region.y1) return { ...region, y1: y0 };
  }
  if (y0 === region.y0 && y1 === region.y1) {
    if (x0 === region.x0) return { ...region, x0: x1 };
    if (x1 === region.x1) return { ...region, x1: x0 };
  }
  return region;
}

/** The bodies that a member owes after a stage, in the order of its strips. */
function bodiesOf(strips: readonly Sent[], member: number, stage: number): readonly OwedBody[] {
  const before = new Map<number, number>();
  const owers = new Set<number>();
  for (const strip of strips) {
    if (strip.stage !== stage) continue;
    if (strip.from === member) before.set(strip.to, Math.min(strip.before, before.get(strip.to) ?? strip.before));
    if (strip.to === member) owers.add(strip.from);
  }
  const wayTo = (to: number): StripWay => (owers.has(to) ? 'exchange' : 'send');
  return [...before].map(([to, first]) => Object.freeze({ to, way: wayTo(to), before: first }));
}

/** Bodies, each with the first stage that reads something of it. */
function duesOf(strips: readonly Sent[]): readonly (DueBody & { readonly before: number })[] {
  const due = new Map<string, DueBody & { readonly before: number }>();
  for (const { before, from, stage } of strips) {
    const key = `${from}/${stage}`;
    due.set(key, { from, stage, before: Math.min(before, due.get(key)?.before ?? before) });
  }
  return [...due.values()];
}
