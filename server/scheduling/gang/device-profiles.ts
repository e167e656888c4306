import type { BlockWork } from '../../geometry/gang/band-work.js';
import { MACS, MACS_PER_MS } from '../../geometry/machine-costs.js';
import { medianOf } from '../median.js';
import type { BlockTimes, StageTime } from './block-times.js';

/** Multiply-accumulates in the time of one engine call: what a stage takes beside its layers. */
const MACS_PER_CALL = 4_000_000;

/** Times of one device for work of a gang. Plain data. */
export interface DeviceProfile {
  /** Decoding and letterboxing of a picture, all of it. */
  readonly prepareMs: number;
  /** Reading or writing one body of strips, and what else comes with it. */
  readonly bodyMs: number;
  /** By gang stage: for a million multiply-accumulates. */
  readonly stageMs: readonly number[];
}

/** Returns the time that a device is busy with a block: with its layers, and outside them. */
export function blockMs({ bodyMs, prepareMs, stageMs }: DeviceProfile, { bodies, decoded, macs }: BlockWork): number {
  const layers = macs.reduce((sum, of, stage) => sum + ((of + MACS_PER_CALL) / 1e6) * stageMs[stage]!, 0);
  return layers + prepareMs * decoded + bodyMs * (1 + bodies);
}

/** Decoding and letterboxing of a camera's picture on a small machine: about what `bench calibrate` has there. */
const PREPARE_MS = 25;

/** Returns what a small machine takes, of which nothing is measured. */
export function usualProfile(stages: number): DeviceProfile {
  return {
    prepareMs: PREPARE_MS,
    // A body comes and one goes.
    bodyMs: MACS.perMessage / MACS_PER_MS / 2,
    stageMs: Array.from({ length: stages }, () => 1e6 / MACS_PER_MS),
  };
}

/** The times of a block that count. */
export interface MeasuredBlock extends Pick<BlockTimes, 'prepareMs' | 'totalMs'> {
  readonly stages: readonly Pick<StageTime, 'stripsMs' | 'computeMs'>[];
}

/** Returns what a block tells of its device. A stage of which it has no row counts as the one before it. */
export function profileOf({ bodies, decoded, macs }: BlockWork, times: MeasuredBlock): DeviceProfile {
  const { prepareMs, stages, totalMs } = times;
  const layers = stages.reduce((sum, { computeMs, stripsMs }) => sum + computeMs + stripsMs, 0);
  return {
    prepareMs: decoded > 0 ? prepareMs / decoded : prepareMs,
    bodyMs: Math.max(0, totalMs - prepareMs - layers) / (1 + bodies),
    stageMs: stageTimes(stages, macs),
  };
}

function stageTimes(stages: MeasuredBlock['stages'], macs: readonly number[]): readonly number[] {
  const times: number[] = [];
  for (const [stage, { computeMs }] of stages.entries()) {
    const isEmpty = stage > 0 && macs[stage] === 0;
    times.push(isEmpty ? times[stage - 1]! : (1e6 * computeMs) / (macs[stage]! + MACS_PER_CALL));
  }
  return times;
}

/**
 * Returns the median of each time.
 *
 * @param profiles at least one.
 */
export function medianProfile(profiles: readonly DeviceProfile[]): DeviceProfile {
  const median = (of: (profile: DeviceProfile) => number) => medianOf(profiles.map(of))!;
  return {
    prepareMs: median(({ prepareMs }) => prepareMs),
    bodyMs: median(({ bodyMs }) => bodyMs),
    stageMs: profiles[0]!.stageMs.map((_, stage) => median(({ stageMs }) => stageMs[stage]!)),
  };
}

/** Returns the times of a device that takes so many times as long for everything. */
export function scaled({ bodyMs, prepareMs, stageMs }: DeviceProfile, factor: number): DeviceProfile {
  return { bodyMs: bodyMs * factor, prepareMs: prepareMs * factor, stageMs: stageMs.map((ms) => ms * factor) };
}

/** What is measured of a device, to be kept for a later life of the gateway. Plain data. */
export interface MeasuredDevice {
  readonly device: string;
  /** By blocks of gangs; null where none were measured. */
  readonly blocks: DeviceProfile | null;
  /** By frames that it computes alone; null where too few were measured. */
  readonly alone: DeviceProfile | null;
}

/** Returns whether a value of unknown origin is such a profile, of a gang of so many stages. */
export function isProfile(value: unknown, stages: number): value is DeviceProfile {
  if (typeof value !== 'object' || value === null) return false;
  const { bodyMs, prepareMs, stageMs } = value as Partial<DeviceProfile>;
  if (!isTime(bodyMs) || !isTime(prepareMs) || !Array.isArray(stageMs)) return false;
  // Predicted times are divided by each other: a device takes some time for its layers.
  return stageMs.length === stages && stageMs.every(isTime) && stageMs.some((ms) => ms > 0);
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
