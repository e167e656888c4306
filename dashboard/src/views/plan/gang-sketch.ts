import { BAND_UNITS, type Bands, bandsOf, blockOf } from '../../../../server/geometry/gang/bands.js';
import { gangBlocks, type MemberPlan } from '../../../../server/geometry/gang/gang-blocks.js';
import { type GangPlan, planGang, segmentsOf } from '../../../../server/geometry/gang/gang-plan.js';
import {
  EMPTY_REGION,
  hullRegion,
  intersectRegions,
  isEmptyRegion,
  type Region,
  regionArea,
} from '../../../../server/geometry/region.js';
import { type GraphDocument, graphOfDocument } from '../../../../server/graph/graph-document.js';
import type { Frame, Plan } from '../../contract-types.js';
import type { PlanChoice } from '../../routing/route.js';
import { clamp } from './plan-sketch.js';

/** Feature maps as F32. */
const BYTES_PER_VALUE = 4;

/** A map as one member sees it. */
export interface MapSketch {
  readonly map: number;
  readonly name: string;
  /** The member's share. */
  readonly block: Region;
  /** What it computes of the map; of the picture what it reads. */
  readonly computed: Region;
  /** Strips of the map that other members send it. */
  readonly received: readonly { readonly from: number; readonly region: Region }[];
}

export interface StageSketch {
  /** Names of the first layer and the last. */
  readonly layers: readonly [string, string];
  readonly count: number;
  /** Names of the maps of which strips are sent after the stage. */
  readonly sends: readonly string[];
  /** Bodies and bytes of strips, all members together. */
  readonly bodies: number;
  readonly stripBytes: number;
  /** Multiply-accumulates of the stage: of all members, and of the chosen one. */
  readonly macs: number;
  readonly memberMacs: number;
  readonly maps: readonly MapSketch[];
}

/** A gang worked out in the page with the nodes' own geometry. */
export interface GangSketch {
  readonly plan: GangPlan;
  readonly bands: Bands;
  readonly members: number;
  readonly member: number;
  /** The latest frame whose gang shares the maps out so; null for equal shares. */
  readonly sharesOf: string | null;
  readonly stages: readonly StageSketch[];
  readonly macs: number;
  readonly neededMacs: number;
  readonly stripBytes: number;
  readonly bodies: number;
  /** By member: multiply-accumulates. */
  readonly memberMacs: readonly number[];
  readonly picture: MapSketch;
}

/** The most members that the page draws, and that the maps have rows for. */
export function mostMembers({ gang, graph }: Plan): number {
  const rows = gang.values.map((name) => graph.values[name]?.shape[2] ?? 1);
  return Math.max(1, Math.min(12, ...rows));
}

/**
 * Works out a gang.
 *
 * @param live devices that are live, of which a gang would be formed now.
 * @param frames the latest frames: the shares are those of the latest gang with as many members.
 */
export function sketchGang(own: Plan, choice: PlanChoice, live: number, frames: readonly Frame[]): GangSketch {
  const plan = gangPlanOf(own);
  const members = clamp(choice.members ?? live, 1, mostMembers(own));
  const member = clamp(choice.member ?? Math.floor(members / 2), 0, members - 1);
  const like = frames.find(({ tiles: { bands } }) => bands?.rows.length === members + 1 && bands.columns.length === 2);
  const bands =
    like === undefined
      ? bandsOf(Array.from({ length: members }, () => 1))
      : { rows: like.tiles.bands!.rows.map((at) => Math.round(at * BAND_UNITS)), columns: [0, BAND_UNITS] };
  const blocks = gangBlocks(plan, bands);
  const stages = plan.ends.map((_, stage) => stageSketch({ plan, bands, blocks, member }, stage));
  const sum = (of: (stage: StageSketch) => number) => stages.reduce((all, stage) => all + of(stage), 0);
  const [all, memberMacs] = [sum(({ macs }) => macs), blocks.map((block) => totalMacs(block))];
  return {
    ...{ plan, bands, members, member, stages, memberMacs, macs: all, neededMacs: plan.stage.macs },
    sharesOf: like?.id ?? null,
    stripBytes: sum(({ stripBytes }) => stripBytes),
    bodies: sum(({ bodies }) => bodies),
    picture: mapSketch({ plan, bands, blocks, member }, 0),
  };
}

/** By digest of the plan: a choice that changes asks again and again. */
let latest: { readonly digest: string; readonly plan: GangPlan } | null = null;

function gangPlanOf({ digest, gang, graph }: Plan): GangPlan {
  if (latest?.digest !== digest) {
    const plan = planGang(graphOfDocument(graph as GraphDocument), ({ segments }) => {
      const counts = gang.stages.map(({ nodes }) => nodes.length);
      const ends: number[] = [];
      let [stage, nodes] = [0, 0];
      for (const segment of segments) {
        nodes += segment.nodes.length;
        if (nodes < counts[stage]!) continue;
        ends.push(segment.index + 1);
        [stage, nodes] = [stage + 1, 0];
      }
      return ends;
    });
    latest = { digest, plan };
  }
  return latest.plan;
}

interface Drawn {
  readonly plan: GangPlan;
  readonly bands: Bands;
  readonly blocks: readonly MemberPlan[];
  readonly member: number;
}

function stageSketch(drawn: Drawn, stage: number): StageSketch {
  const { blocks, member, plan } = drawn;
  const { mapNames, maps, segments } = plan.stage;
  const { end, start } = segmentsOf(plan, stage);
  const own = segments.slice(start, end);
  const names = own.flatMap(({ nodes }) => nodes.map(({ node }) => node.name));
  const owed = blocks.flatMap((block) => block.stages[stage]!.owed);
  const bodies = blocks.flatMap(({ member: from, stages }) => stages[stage]!.owed.map(({ to }) => `${from} ${to}`));
  return {
    layers: [names[0] ?? '', names.at(-1) ?? ''],
    count: names.length,
    sends: [...new Set(owed.map(({ map }) => mapNames[map]!))],
    bodies: new Set(bodies).size,
    stripBytes:
      owed.reduce((sum, { map, region }) => sum + maps[map]!.channels * regionArea(region), 0) * BYTES_PER_VALUE,
    macs: blocks.reduce((sum, { stages }) => sum + stages[stage]!.macs, 0),
    memberMacs: blocks[member]!.stages[stage]!.macs,
    maps: own.flatMap(({ writes }) => writes.map((map) => mapSketch(drawn, map))),
  };
}

function mapSketch({ bands, blocks, member, plan }: Drawn, map: number): MapSketch {
  const { mapNames, maps } = plan.stage;
  const writes = blocks[member]!.stages.flatMap(({ steps }) => steps.flatMap((step) => step.writes));
  const computed = writes
    .filter((write) => write.map === map)
    .reduce((all, { region }) => hullRegion(all, region), EMPTY_REGION);
  const received = blocks.flatMap(({ member: from, stages }) =>
    stages.flatMap(({ owed }) =>
      owed.filter((strip) => strip.map === map && strip.to === member).map(({ region }) => ({ from, region })),
    ),
  );
  const block = blockOf(bands, member, maps[map]!);
  return { map, name: mapNames[map]!, block, computed: map === 0 ? blocks[member]!.input : computed, received };
}

/** Cells of a map that a member computes beyond its block: another one computes them too. */
export function computedTwice({ block, computed }: MapSketch): number {
  if (isEmptyRegion(computed)) return 0;
  return regionArea(computed) - regionArea(intersectRegions(computed, block));
}

function totalMacs({ stages }: MemberPlan): number {
  return stages.reduce((sum, { macs }) => sum + macs, 0);
}
