import { MACS } from '../machine-costs.js';
import { isEmptyRegion, regionArea } from '../region.js';
import type { SegmentedStage } from '../segments.js';
import { walkSegments } from '../tile-walk.js';
import { type Bands, bandsOf, blockOf } from './bands.js';

/** A longer gang stage computes too much twice. */
const MOST_SEGMENTS = 16;

/**
 * Chooses after how many segments the stages of a gang end, so that a frame takes least time in equal bands of rows: by dynamic
 * programming over the places where a stage can end, with what its middle member computes, and what that gets from its neighbours.
 *
 * @param members of the gang.
 * @returns ascending, the last is all segments.
 */
export function chooseEnds(stage: SegmentedStage, members: number): readonly number[] {
  const count = stage.segments.length;
  if (members < 2) return [count];
  const bands = bandsOf(Array.from({ length: members }, () => 1));
  const middle = Math.floor(members / 2);
  const lastReader = lastReaders(stage);
  const best: { readonly time: number; readonly ends: readonly number[] }[] = [{ time: 0, ends: [] }];
  for (let end = 1; end <= count; end++) {
    let found: (typeof best)[number] = { time: Number.POSITIVE_INFINITY, ends: [] };
    for (let start = end - 1; start >= Math.max(0, end - MOST_SEGMENTS); start--) {
      const time = best[start]!.time + stageTime(stage, { start, end }, { bands, member: middle, lastReader });
      if (time < found.time) found = { time, ends: [...best[start]!.ends, end] };
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

function stageTime(
  stage: SegmentedStage,
  { end, start }: { readonly start: number; readonly end: number },
  { bands, lastReader, member }: Share,
): number {
  const written = stage.segments.slice(start, end).flatMap(({ writes }) => writes);
  const published = written.filter((map) => lastReader[map]! >= end);
  const wanted = new Map(published.map((map) => [map, blockOf(bands, member, stage.maps[map]!)]));
  const { macs, needed, steps } = walkSegments(stage, { start, end }, wanted);
  const own = new Set(written);
  let [values, strips] = [0, 0];
  for (const [map, { channels }] of stage.maps.entries()) {
    const region = needed[map]!;
    if (isEmptyRegion(region)) continue;
    values += channels * regionArea(region);
    if (map === 0 || own.has(map)) continue;
    strips += channels * Math.max(0, regionArea(region) - regionArea(blockOf(bands, member, stage.maps[map]!)));
  }
  // Two neighbours, as most members have.
  const messages = strips > 0 ? 2 * MACS.perMessage + MACS.perStripValue * strips : 0;
  return macs + MACS.perCall * steps.length + MACS.perValue * values + messages;
}

function lastReaders({ maps, outputs, segments }: SegmentedStage): readonly number[] {
  const last: number[] = maps.map(() => -1);
  for (const { index, inputs } of segments) for (const { map } of inputs) last[map] = index;
  for (const map of outputs) last[map] = Number.POSITIVE_INFINITY;
  return last;
}
