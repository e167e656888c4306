import { MACS } from '../machine-costs.js';
import { isEmptyRegion, regionArea } from '../region.js';
import type { SegmentedStage } from '../segments.js';
import { BackwardWalk } from '../tile-walk.js';
import { type Bands, bandsOf, blockOf } from './bands.js';
import { memberCosts, type StageWalks } from './gang-blocks.js';
import { type GangPlan, gangOf } from './gang-plan.js';

/** A longer gang stage computes too much twice. */
const MOST_SEGMENTS = 16;

/**
 * Chooses after how many segments the stages of a gang end, so that the middle member's part of a frame takes least time in equal bands
 * of rows: first by dynamic programming over the places where a stage can end, which takes it that a member gets one body from each of
 * two neighbours before a stage; then by moving and leaving out ends one after another, as long as that takes less time with the bodies
 * that the member really gets.
 *
 * @param devices of the cluster: a gang has as many members as the lowest map that it hands over has rows, at most.
 * @returns ascending, the last is all segments.
 */
export function chooseEnds(stage: SegmentedStage, devices: number): readonly number[] {
  const members = Math.min(devices, ...stage.outputs.map((map) => stage.maps[map]!.height));
  if (members < 2) return [stage.segments.length];
  const bands = bandsOf(Array.from({ length: members }, () => 1));
  const member = Math.floor(members / 2);
  const walks: StageWalks = new Map();
  const timeOf = (ends: readonly number[]) => memberTime(gangOf(stage, ends), bands, member, walks);
  let ends = firstEnds(stage, { bands, member, lastReader: lastReaders(stage) });
  let time = timeOf(ends);
  // Each turn ends with less time, and there are finitely many choices.
  for (;;) {
    const turns = variants(ends).map((variant) => ({ ends: variant, time: timeOf(variant) }));
    const best = turns.reduce((least, turn) => (turn.time < least.time ? turn : least), { ends, time });
    if (best.ends === ends) return ends;
    ({ ends, time } = best);
  }
}

/** Returns the choices that differ in one end, which is left out or a segment earlier or later; the last one stays. */
function variants(ends: readonly number[]): readonly (readonly number[])[] {
  return ends
    .slice(0, -1)
    .flatMap((end, i) =>
      [[], [end - 1], [end + 1]]
        .map((instead) => [...ends.slice(0, i), ...instead, ...ends.slice(i + 1)])
        .filter((variant) => variant.every((one, k) => one > (variant[k - 1] ?? 0))),
    );
}

/**
 * Returns what one member takes for a frame, as multiply-accumulates; a stage goes to the compute thread and back, as a call does.
 *
 * @param walks of the same graph, bands and member, kept from plan to plan.
 */
export function memberTime(plan: GangPlan, bands: Bands, member: number, walks?: StageWalks): number {
  const { bodies, calls, macs, stripValues, values } = memberCosts(plan, bands, member, walks);
  const { perCall, perMessage, perStripValue, perValue } = MACS;
  const handedOver = perCall * (calls + plan.ends.length) + perValue * values;
  return macs + handedOver + perMessage * bodies + perStripValue * stripValues;
}

function firstEnds(stage: SegmentedStage, share: Share): readonly number[] {
  const count = stage.segments.length;
  const best: { readonly time: number; readonly ends: readonly number[] }[] = [{ time: 0, ends: [] }];
  for (let end = 1; end <= count; end++) {
    let found: (typeof best)[number] = { time: Number.POSITIVE_INFINITY, ends: [] };
    for (const [back, stageTime] of stageTimes(stage, end, share).entries()) {
      const before = best[end - 1 - back]!;
      if (before.time + stageTime < found.time) found = { time: before.time + stageTime, ends: [...before.ends, end] };
    }
    best.push(found);
  }
  return best[count]!.ends;
}

interface Share {
  readonly bands: Bands;
  readonly member: number;
  /** By map: the last segment that reads it; beyond all where it is handed over. */
  readonly lastReader: readonly number[];
}

/** Returns what gang stages take that end there: first the one of one segment, each next one begins a segment earlier. */
function stageTimes(stage: SegmentedStage, end: number, { bands, lastReader, member }: Share): readonly number[] {
  const walk = new BackwardWalk(stage);
  const own = new Set<number>();
  const times: number[] = [];
  let work = 0;
  for (let start = end - 1; start >= Math.max(0, end - MOST_SEGMENTS); start--) {
    for (const map of stage.segments[start]!.writes) {
      own.add(map);
      if (lastReader[map]! >= end) walk.want(map, blockOf(bands, member, stage.maps[map]!));
    }
    const step = walk.step(start);
    if (step !== null) work += step.macs + MACS.perCall;
    let [values, strips] = [0, 0];
    for (const [map, shape] of stage.maps.entries()) {
      const region = walk.needed[map]!;
      if (isEmptyRegion(region)) continue;
      values += shape.channels * regionArea(region);
      if (map === 0 || own.has(map)) continue;
      strips += shape.channels * Math.max(0, regionArea(region) - regionArea(blockOf(bands, member, shape)));
    }
    // Two neighbours, as most members have.
    const messages = strips > 0 ? 2 * MACS.perMessage + MACS.perStripValue * strips : 0;
    times.push(work + MACS.perValue * values + messages);
  }
  return times;
}

function lastReaders({ maps, outputs, segments }: SegmentedStage): readonly number[] {
  const last: number[] = maps.map(() => -1);
  for (const { index, inputs } of segments) for (const { map } of inputs) last[map] = index;
  for (const map of outputs) last[map] = Number.POSITIVE_INFINITY;
  return last;
}
