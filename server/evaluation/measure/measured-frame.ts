import type { Schemas } from '../../../client/client.js';
import type { MapDifference } from './map-difference.js';

/** What one frame took. */
export interface MeasuredFrame {
  readonly source: string;
  /** From the letterboxed picture at its source to the merged output of the fused stack. */
  readonly fusedSeconds: number;
  /** From the submission of the picture to its detections, at the client. */
  readonly endToEndSeconds: number;
  /** The remaining layers and the head, on the gateway. */
  readonly remainingSeconds: number;
  /** When its output was merged, in ms since 1970 by the gateway's clock. */
  readonly mergedAtMs: number;
  /** Bodies that travelled between nodes, by what they carried. */
  readonly bytes: Schemas['FrameTrace']['bytes'];
  /** Multiply-accumulates executed over needed. */
  readonly macsRatio: number;
  /** Times that a tile was given out again, or came twice. */
  readonly retries: number;
  readonly tilesByDevice: Readonly<Record<string, number>>;
  /** From the untiled maps; null for a frame whose maps were not kept and whose detections were compared instead. */
  readonly difference: MapDifference | null;
}

const AGAIN: ReadonlySet<string> = new Set(['expired', 'lost', 'duplicate']);

export interface FrameFacts {
  /** Complete. */
  readonly frame: Schemas['Frame'];
  readonly trace: Schemas['FrameTrace'];
  readonly difference: MapDifference | null;
  readonly endToEndSeconds: number;
}

export function measuredFrame({ frame, trace, difference, endToEndSeconds }: FrameFacts): MeasuredFrame {
  const { fusedMs, remainingMs } = frame.timing;
  const acceptedAtMs = Math.max(...trace.tiles.map((tile) => tile.acceptedAtMs ?? 0));
  return {
    source: frame.source,
    fusedSeconds: (fusedMs ?? Number.NaN) / 1000,
    endToEndSeconds,
    remainingSeconds: (remainingMs ?? 0) / 1000,
    mergedAtMs: Date.parse(frame.createdAt) + acceptedAtMs,
    bytes: trace.bytes,
    macsRatio: trace.macs.executed / trace.macs.needed,
    retries: trace.tiles.flatMap(({ history }) => history).filter(({ event }) => AGAIN.has(event)).length,
    tilesByDevice: frame.tiles.byDevice,
    difference,
  };
}

/** From the first frame's letterboxed picture at its source to the last one's merged output. */
export function fusedSpanSeconds(frames: readonly MeasuredFrame[]): number {
  const begins = frames.map(({ mergedAtMs, fusedSeconds }) => mergedAtMs - 1000 * fusedSeconds);
  const ends = frames.map(({ mergedAtMs }) => mergedAtMs);
  return (Math.max(...ends) - Math.min(...begins)) / 1000;
}
