import {
  type BlockExecutor,
  type BlockFrame,
  loadBlockExecutor,
  type StripValues,
} from '../../server/compute/gang/block-executor.js';
import type { Normalise } from '../../server/compute/tile-executor.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import type { Bands } from '../../server/geometry/gang/bands.js';
import { gangBlocks } from '../../server/geometry/gang/gang-blocks.js';
import type { GangPlan } from '../../server/geometry/gang/gang-plan.js';
import { wholeMap } from '../../server/geometry/region.js';
import { decodeGangStrips, encodeGangStrips } from '../../server/node/wire/gang-strips.js';
import type { MapType } from '../../server/tensor/map-tensor.js';
import { cropRegion, placeRegion, valuesOf } from '../../server/tensor/planes.js';

export interface GangCase {
  readonly plan: GangPlan;
  readonly bands: Bands;
  /** `[channels, height, width]`. */
  readonly picture: Uint8Array;
  readonly normalise: Normalise;
  /** Loaded with `plan`, or with one of the same graph; loaded for this run when absent. */
  readonly executor?: BlockExecutor;
  /** As what strips and results travel; they do not travel when absent. */
  readonly wire?: MapType;
}

/**
 * Runs the members of a gang one after another, stage by stage, and gives each what the others owe it. `merged` are the maps that the
 * gang hands over; NaN where no member put anything.
 */
export async function runGang(engine: InferenceEngine, { bands, normalise, picture, plan, wire, ...given }: GangCase) {
  const { maps, outputs } = plan.stage;
  const members = gangBlocks(plan, bands);
  const executor = given.executor ?? (await loadBlockExecutor(engine, plan, normalise));
  const travel = ({ data, ...place }: StripValues): StripValues =>
    wire === undefined || data.length === 0
      ? { ...place, data }
      : decodeGangStrips(() => maps, encodeGangStrips(maps, { strips: [{ ...place, data }], sharedDigest: null }, wire))
          .strips[0]!;
  const shape = maps[0]!;
  const frames = members.map((member): BlockFrame => {
    return executor.begin(member, cropRegion(picture, shape.channels, wholeMap(shape), member.input));
  });
  const merged = outputs.map((map) => new Float32Array(valuesOf(maps[map]!)).fill(Number.NaN));
  const sent = new Map<string, StripValues[]>();
  const counts = { macs: 0, bodies: 0, strips: 0 };
  for (const stage of plan.ends.keys()) {
    for (const [m, { stages, outputs: shares }] of members.entries()) {
      const { due, owed } = stages[stage]!;
      const strips = due.flatMap((body) => sent.get(`${body.from}/${m}/${body.stage}`)!);
      const run = await frames[m]!.run(strips);
      for (const [i, { map, region, to }] of owed.entries()) {
        const key = `${m}/${to}/${stage}`;
        sent.set(key, [...(sent.get(key) ?? []), travel({ map, region, data: run.owed[i]! })]);
      }
      counts.bodies += due.length;
      counts.strips += owed.length;
      counts.macs += run.macs;
      for (const [i, map] of outputs.entries()) {
        if (run.outputs === null) break;
        const { data } = travel({ map, region: shares[i]!, data: run.outputs[i]! });
        placeRegion(merged[i]!, maps[map]!.channels, wholeMap(maps[map]!), data, shares[i]!);
      }
    }
  }
  if (given.executor === undefined) await executor.release();
  return { merged, ...counts };
}
