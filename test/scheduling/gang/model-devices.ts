import { BandWork } from '../../../server/geometry/gang/band-work.js';
import { type Bands, bandsOf } from '../../../server/geometry/gang/bands.js';
import { chooseEnds } from '../../../server/geometry/gang/choose-ends.js';
import { gangBlocks } from '../../../server/geometry/gang/gang-blocks.js';
import { type GangPlan, planGang } from '../../../server/geometry/gang/gang-plan.js';
import { describeModel } from '../../../server/model-files/describe-model.js';
import { chooseGangs } from '../../../server/scheduling/gang/choose-gangs.js';
import { type MeasuredBlock, profileOf } from '../../../server/scheduling/gang/device-profiles.js';
import { GangHelpers } from '../../../server/scheduling/gang/gang-helpers.js';
import { GangShares } from '../../../server/scheduling/gang/gang-shares.js';
import { KnownProfiles } from '../../../server/scheduling/gang/known-profiles.js';

/** A device as a model: its stem takes longer for a multiply-accumulate than its late layers. */
export interface ModelDevice {
  /** Times of all that it does; 1 for a usual device. */
  readonly slowness: number;
  /** Times of its first stage, beside that. */
  readonly stem?: number;
}

const MS_PER_MMAC = 0.1;
const STEM_MS_PER_MMAC = 0.45;
const CALL_MS = 0.3;
const PREPARE_MS = 12;
const BODY_MS = 0.6;

export async function gangOf(name: 'nanodet' | 'yolov2', members: number): Promise<GangPlan> {
  const { graph } = await describeModel({ name } as Parameters<typeof describeModel>[0]);
  return planGang(graph, (stage) => chooseEnds(stage, members));
}

/** What a whole frame takes, over what its layers take in the blocks of a gang: larger blocks are computed faster. */
const WHOLE_OVER_BLOCKS = 0.85;

/** Returns what members say that a frame took, and how long each was busy. */
export function frameOf(plan: GangPlan, bands: Bands, devices: readonly ModelDevice[], noise = () => 1) {
  const { height } = plan.stage.maps[0]!;
  const times = gangBlocks(plan, bands).map(({ input, stages }, member): MeasuredBlock => {
    const { slowness, stem = 1 } = devices[member]!;
    const busy = (ms: number) => ms * slowness * noise();
    const prepareMs = busy((PREPARE_MS * input.y1) / height);
    const done = stages.map(({ macs, steps }, stage) => {
      const perMmac = stage === 0 ? STEM_MS_PER_MMAC * stem : MS_PER_MMAC;
      return { stripsMs: 1, computeMs: busy((perMmac * macs) / 1e6 + CALL_MS * steps.length) };
    });
    const bodies = stages.reduce((sum, { due, owed }) => sum + due.length + new Set(owed.map(({ to }) => to)).size, 0);
    const layersMs = done.reduce((sum, { computeMs, stripsMs }) => sum + computeMs + stripsMs, 0);
    return { prepareMs, stages: done, totalMs: prepareMs + layersMs + busy(BODY_MS * (1 + bodies)) };
  });
  const busyMs = times.map(({ stages, totalMs }) => totalMs - stages.length);
  return { times, busyMs, slowestMs: Math.max(...busyMs) };
}

const ALL = bandsOf([1]);

/** A cluster of model devices, named e0, e1 and so on, that computes one frame after another. */
export function cluster(plan: GangPlan, noise?: () => number) {
  const work = new BandWork(plan);
  const profiles = new KnownProfiles(work.of(0, work.steps));
  const speedsOf = (devices: readonly string[]) => devices.map(() => 1);
  const shares = new GangShares({ work, profiles, speedsOf });
  const helpers = new GangHelpers({ shares, profiles, speedsOf });
  return {
    helpers,
    shares,
    profiles,
    /** Runs one frame on one device. */
    alone(models: readonly ModelDevice[], index: number) {
      const model = models[index]!;
      const { times } = frameOf(plan, ALL, [{ ...model, slowness: model.slowness * WHOLE_OVER_BLOCKS }], noise);
      profiles.addLone(`e${index}`, profileOf(work.member(ALL, 0), times[0]!));
      helpers.noteAbsent([`e${index}`]);
    },
    /** Runs one frame; the index of a model is its device's name. By `auto` the predicted times choose the gang. */
    frame(models: readonly ModelDevice[], strategy: 'gang' | 'auto' = 'gang') {
      const all = models.map((_, i) => `e${i}`);
      const out = new Set(helpers.leftOut.map(({ device }) => device));
      const needs = { ...{ waiting: 1, arriving: 0, load: 0, running: [] }, free: all, forecast: shares.forecast(all) };
      const devices =
        strategy === 'auto' ? chooseGangs(needs)[0]!.toSorted() : all.filter((device) => !out.has(device));
      const bands = shares.of(devices);
      const members = devices.map((device) => models[Number(device.slice(1))]!);
      const { times, ...facts } = frameOf(plan, bands, members, noise);
      for (const [member, device] of devices.entries()) {
        const profile = profileOf(work.member(bands, member), times[member]!);
        if (devices.length > 1) profiles.add(device, profile);
        else profiles.addLone(device, profile);
      }
      if (devices.length > 1) helpers.frameDone(devices);
      else helpers.noteAbsent(devices);
      return { bands, devices, leftOut: helpers.leftOut, ...facts };
    },
  };
}
