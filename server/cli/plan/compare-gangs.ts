import type { Schemas } from '../../../client/client.js';
import { median } from '../../evaluation/statistics/statistics.js';
import { sizesUpTo } from '../../planner/advice.js';
import { gangCandidate } from '../../planner/gang-candidate.js';
import { predict } from '../../planner/prediction.js';
import type { MapType } from '../../tensor/map-tensor.js';
import { formatDeviation, formatDuration } from '../terminal/quantities.js';
import { right, textTable } from '../terminal/text-table.js';
import type { PlannedCluster } from './planned-cluster.js';

/** A frame that a gang has computed. */
export interface GangFrame {
  readonly devices: number;
  /** From the forming of its last gang to the last block. */
  readonly tookMs: number;
}

/** Predicted and measured times of gangs of one size. */
export interface GangSize {
  readonly devices: number;
  readonly frames: number;
  /** By the running cluster; null where it predicts no gangs of so many devices. */
  readonly predictedMs: number | null;
  /** By simulation; null where simulated frames fail. */
  readonly simulatedMs: number | null;
  /** Median of the frames; null where there are none. */
  readonly measuredMs: number | null;
}

/** So many sizes have a row each; of larger clusters some of them, and those of the frames. */
const MOST_SIZES = 8;

/** @returns null where no gang has computed the frame. */
export function gangFrameOf({ tiles, timing }: Pick<Schemas['Frame'], 'tiles' | 'timing'>): GangFrame | null {
  if (tiles.bands === undefined || timing.fusedMs === null) return null;
  return { devices: tiles.total, tookMs: timing.fusedMs };
}

/** @param measured latest frames, what the cluster predicts by number of devices, from 1, and how maps travel in it. */
export function compareGangs(
  { environment, devicesOf, gangOf, settingsOf }: PlannedCluster,
  measured: { readonly frames: readonly GangFrame[]; readonly predictedMs: readonly number[]; readonly maps: MapType },
): readonly GangSize[] {
  const { frames, maps, predictedMs } = measured;
  const count = environment.shares.length;
  const usual = count <= MOST_SIZES ? Array.from({ length: count }, (_, i) => i + 1) : sizesUpTo(count);
  const sizes = [...new Set([...usual, ...frames.map(({ devices }) => devices)])].sort((a, b) => a - b);
  return sizes.map((devices) => {
    const took = frames.filter((frame) => frame.devices === devices).map(({ tookMs }) => tookMs);
    const candidate = gangCandidate(gangOf(devices), { kind: 'gang', strategy: 'gang', maps }, devices);
    // The gateway may be a member beside all devices.
    const simulated = devices > count ? null : predict(settingsOf, candidate, devicesOf(devices)[0]!, { devices });
    return {
      devices,
      frames: took.length,
      predictedMs: predictedMs[devices - 1] ?? null,
      simulatedMs: simulated?.fusedMs ?? null,
      measuredMs: took.length === 0 ? null : median(took),
    };
  });
}

/** A table for people. */
export function gangTable(sizes: readonly GangSize[]): string {
  const duration = (ms: number | null) => (ms === null ? '' : formatDuration(ms));
  const deviation = (ms: number | null, measuredMs: number | null) => {
    return ms === null || measuredMs === null ? '' : formatDeviation(ms / measuredMs - 1);
  };
  const rows = sizes.map(({ devices, frames, measuredMs, predictedMs, simulatedMs }) => [
    String(devices),
    String(frames),
    duration(measuredMs),
    duration(predictedMs),
    deviation(predictedMs, measuredMs),
    duration(simulatedMs),
    deviation(simulatedMs, measuredMs),
  ]);
  const columns = ['devices', 'frames', 'took', 'cluster predicts', 'deviation', 'simulated', 'deviation'];
  return textTable(columns.map(right), rows);
}
