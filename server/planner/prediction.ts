import { medianOf } from '../scheduling/median.js';
import type { Arrivals } from '../simulation/arrivals.js';
import type { SimulatedFrame } from '../simulation/gateway/simulated-frame.js';
import { type Simulation, simulate } from '../simulation/simulate.js';
import type { SimulationSettings } from '../simulation/simulation-settings.js';
import { BYTES_PER_MAP_VALUE } from '../tensor/map-tensor.js';
import type { Candidate } from './candidate.js';

/** How a cluster differs from the one that is planned for. Speeds are factors. What is absent is the same. */
export interface Conditions {
  /** Only so many devices, the fastest ones. */
  readonly devices?: number;
  readonly linkSpeed?: number;
  /** Of the devices' processors. */
  readonly deviceSpeed?: number;
  /** Of the gateway's processor. */
  readonly gatewaySpeed?: number;
}

/** Returns what is to be simulated for a candidate. */
export type SettingsOf = (candidate: Candidate, arrivals: Arrivals, conditions?: Conditions) => SimulationSettings;

/** What a candidate is predicted to do. */
export interface Prediction {
  readonly candidate: Candidate;
  /** From the submitted picture to the detections, one frame at a time. */
  readonly latencyMs: number;
  /** From the picture at its source to the merged outputs of the devices. */
  readonly fusedMs: number;
  /** With a camera at every device; 0 until that was simulated. */
  readonly framesPerSecond: number;
  /** Bodies of a frame: pictures, inputs, strips, results. */
  readonly bytesPerFrame: number;
  readonly macsRatio: number;
  readonly limit: Limit;
}

/** What the time of a frame is mostly spent on. */
export type Limit = 'computing' | 'the remaining layers' | 'links' | 'requests and waiting';

/** Frames under load. */
export interface LoadPrediction {
  readonly framesPerSecond: number;
  /** Median number of devices that compute a frame together. */
  readonly devicesPerFrame: number;
}

/** Picture bytes that the predictions assume. */
const PICTURE_BYTES = 100_000;
/** The first frames tell devices how fast links and engines are, and gangs which bands are best; the last one is what counts. */
const FRAMES = { fused: 3, gang: 8 };
/** Frames of each camera. */
const ROUNDS = 6;

/**
 * Predicts frames that come one at a time.
 *
 * @param source of the frames.
 * @returns null when they fail.
 */
export function predict(
  settingsOf: SettingsOf,
  candidate: Candidate,
  source: string,
  conditions: Conditions = {},
): Prediction | null {
  const frames = FRAMES[candidate.kind];
  const arrivals: Arrivals = { kind: 'one-by-one', sources: [source], frames, pictureBytes: PICTURE_BYTES };
  const settings = settingsOf(candidate, arrivals, conditions);
  const simulation = simulate(settings);
  const last = simulation.frames.at(-1)!;
  if (last.state !== 'complete') return null;
  const { frame, input, overlap, result } = last.bytes;
  // Devices count strips of gangs as they compute on them, in F32.
  const { f32, [candidate.maps]: perValue } = BYTES_PER_MAP_VALUE;
  const strips = candidate.kind === 'gang' ? (overlap * perValue) / f32 : overlap;
  return {
    candidate,
    latencyMs: last.endedMs! - last.submittedMs,
    fusedMs: last.mergedMs! - last.sourcedMs!,
    framesPerSecond: 0,
    bytesPerFrame: frame + input + strips + result,
    macsRatio: last.macs / simulation.neededMacs,
    limit: limitOf(last, simulation, settings),
  };
}

/**
 * Predicts frames of cameras, each of which submits its next frame when its last one has ended.
 *
 * @param sources one for each camera; a device may have several cameras.
 * @returns null when frames fail.
 */
export function predictLoad(
  settingsOf: SettingsOf,
  candidate: Candidate,
  sources: readonly string[],
  conditions: Conditions = {},
): LoadPrediction | null {
  const frames = ROUNDS * Math.max(2, sources.length);
  const arrivals: Arrivals = { kind: 'one-by-one', sources, frames, pictureBytes: PICTURE_BYTES };
  const { frames: all, spanMs } = simulate(settingsOf(candidate, arrivals, conditions));
  if (all.some(({ state }) => state !== 'complete')) return null;
  return {
    framesPerSecond: (1000 * frames) / spanMs,
    devicesPerFrame: medianOf(all.map(({ parts }) => parts.size))!,
  };
}

function limitOf(
  { endedMs, macs, mergedMs, parts, sourcedMs }: SimulatedFrame,
  { frames, links }: Simulation,
  { costs, devices }: SimulationSettings,
): Limit {
  const fusedMs = mergedMs! - sourcedMs!;
  if (endedMs! - mergedMs! > fusedMs) return 'the remaining layers';
  const busy = devices.filter(({ id }) => parts.has(id));
  const computingMs = macs / costs.engine.macsPerMs / busy.reduce((sum, { cpu }) => sum + cpu.share, 0);
  if (computingMs > fusedMs / 2) return 'computing';
  const busiestMs = links.reduce((most, { busyMs }) => Math.max(most, busyMs), 0) / frames.length;
  return busiestMs > fusedMs / 2 ? 'links' : 'requests and waiting';
}
