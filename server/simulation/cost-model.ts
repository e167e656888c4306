import type { FtpPlan } from '../geometry/ftp-plan.js';
import type { GangPlanName } from '../geometry/gang/gang-plan.js';
import { type MapShape, paddedRegion, regionArea } from '../geometry/region.js';
import type { TileCut } from '../geometry/reuse/tile-cut.js';
import type { Segment } from '../geometry/segments.js';
import type { TileStep } from '../geometry/tile-walk.js';

/** How long layers take in one call of the engine: `callMs + macs / macsPerMs`. */
export interface CallSpeed {
  readonly callMs: number;
  readonly macsPerMs: number;
}

/** The same of certain nodes of the model that was measured. */
export interface SegmentSpeed extends CallSpeed {
  /** Their names. */
  readonly nodes: readonly string[];
}

/** What a request takes of the processors of both ends, at full speed, and on the wire beyond its bodies. */
export interface RequestCosts {
  readonly clientMs: number;
  readonly serverMs: number;
  /** Of each end, for writing or reading a body. */
  readonly msPerMiB: number;
  readonly questionBytes: number;
  readonly answerBytes: number;
}

/** What everything takes on one whole core of a device. */
export interface CostModel {
  readonly engine: CallSpeed;
  /** Where they are known they go before `engine`. */
  readonly segments: readonly SegmentSpeed[];
  /** How many times what layers take in tiles they take in the blocks of gangs, which are larger, by the gangs' plan. */
  readonly inBlocks: Readonly<Record<GangPlanName, number>>;
  /** For each tile, besides the calls of the engine and requests: getting it ready, its result, and what a node does besides. */
  readonly tileMs: number;
  /** For each frame at its source, before its tiles begin, beside its picture, its tiles and requests. */
  readonly frameMs: number;
  /** Putting together and padding what the engine gets. */
  readonly assemblyMsPerMiB: number;
  readonly request: RequestCosts;
  /** Decoding and letterboxing a picture, on the gateway and on its source. */
  readonly letterboxMs: number;
  /** The layers behind the fused stack, and the head. */
  readonly remaining: CallSpeed;
}

/** Nothing but computing costs anything. */
export function onlyComputing(macsPerMs: number): CostModel {
  const engine = { callMs: 0, macsPerMs };
  return {
    engine,
    segments: [],
    inBlocks: { stages: 1, layers: 1 },
    tileMs: 0,
    frameMs: 0,
    assemblyMsPerMiB: 0,
    request: { clientMs: 0, serverMs: 0, msPerMiB: 0, questionBytes: 0, answerBytes: 0 },
    letterboxMs: 0,
    remaining: engine,
  };
}

const MIB = 2 ** 20;
const ENGINE_BYTES_PER_VALUE = 4;

/** What a tile that is cut so takes a device of speed 1. */
export function tileMs(costs: CostModel, plan: FtpPlan, cut: TileCut): number {
  const calls = cut.steps.reduce((sum, step) => sum + callMs(costs, step), 0);
  return costs.tileMs + calls + (costs.assemblyMsPerMiB * assembledBytes(plan.maps, cut.steps)) / MIB;
}

/** Bytes of all that is put together for the engine. */
export function assembledBytes(maps: readonly MapShape[], steps: readonly TileStep[]): number {
  return steps.reduce((sum, { reads, segment }) => {
    return segment.inputs.reduce((bytes, { map }, i) => {
      const { padding, region } = reads[i]!;
      return bytes + regionArea(paddedRegion(region, padding)) * maps[map]!.channels * ENGINE_BYTES_PER_VALUE;
    }, sum);
  }, 0);
}

export function callMs(costs: Pick<CostModel, 'engine' | 'segments'>, { segment, macs }: TileStep): number {
  return msOf(speedOf(costs, segment), macs);
}

/**
 * A stage of a gang's member.
 *
 * @param plan of the gang.
 * @param maps shapes of the plan's maps, by number.
 */
export function stageMs(
  costs: CostModel,
  plan: GangPlanName,
  maps: readonly MapShape[],
  steps: readonly TileStep[],
): number {
  const { segments } = costs;
  // Where the fused layers were measured one by one, the others are those behind them.
  const known = segments.length > 0 ? { engine: { ...costs.remaining, callMs: 0 }, segments } : costs;
  const calls = steps.reduce((sum, step) => sum + callMs(known, step), 0);
  return costs.inBlocks[plan] * (calls + (costs.assemblyMsPerMiB * assembledBytes(maps, steps)) / MIB);
}

/** A speed at which everything takes so many times as long. */
export function slowerBy<Speed extends CallSpeed>(factor: number, speed: Speed): Speed {
  return { ...speed, callMs: speed.callMs * factor, macsPerMs: speed.macsPerMs / factor };
}

/** The same device where layers, and what is put together for them, take so many times as long. */
export function withSlowerLayers(costs: CostModel, factor: number): CostModel {
  return {
    ...costs,
    engine: slowerBy(factor, costs.engine),
    segments: costs.segments.map((segment) => slowerBy(factor, segment)),
    tileMs: costs.tileMs * factor,
    assemblyMsPerMiB: costs.assemblyMsPerMiB * factor,
  };
}

/** Of the segment that was measured with the most of these nodes, else of the engine on the whole. */
function speedOf({ engine, segments }: Pick<CostModel, 'engine' | 'segments'>, { nodes }: Segment): CallSpeed {
  const names = new Set(nodes.map(({ node }) => node.name));
  let [best, most]: [CallSpeed, number] = [engine, 0];
  for (const segment of segments) {
    const shared = segment.nodes.filter((name) => names.has(name)).length;
    if (shared > most) [best, most] = [segment, shared];
  }
  return best;
}

export function msOf(speed: CallSpeed, macs: number): number {
  return speed.callMs + macs / speed.macsPerMs;
}
