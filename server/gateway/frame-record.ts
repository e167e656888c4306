import type { Schemas } from '../../client/client.js';
import type { LetterboxedPicture } from '../imaging/letterbox.js';
import type { PictureMediaType } from '../imaging/picture-format.js';
import type { ClassScore } from '../model/classify.js';
import type { Detection } from '../model/detect.js';
import type { Placement } from '../model/placement.js';
import type { Strategy } from '../scheduling/strategy.js';
import type { FrameTrace } from './frame-trace.js';

export interface StoredPicture {
  readonly bytes: Uint8Array;
  readonly mediaType: PictureMediaType;
  /** In pixels, as it is to be looked at (after its orientation). */
  readonly width: number;
  readonly height: number;
}

export type FrameEnd =
  | {
      readonly kind: 'complete';
      /** Null when the model classifies. */
      readonly detections: readonly Detection[] | null;
      /** Best class first; null when the model detects. */
      readonly classification: readonly ClassScore[] | null;
    }
  | { readonly kind: 'failed'; readonly code: string; readonly detail: string };

/** A frame as the gateway keeps it: first what it is, then what has become of it. */
export interface FrameRecord {
  readonly id: string;
  readonly createdMs: number;
  readonly strategy: Strategy;
  readonly picture: StoredPicture;
  readonly inputDigest: string;
  readonly placement: Placement;
  readonly trace: FrameTrace;
  /** Whom it counts for when the queue fills. */
  readonly claimant: string;
  source: string;
  state: 'queued' | 'running' | 'finishing' | 'complete' | 'failed';
  /** The letterboxed picture, from which any tile's input can be cut again; null once the frame has ended. */
  input: Uint8Array | null;
  /** When its source had it letterboxed, as far as the gateway can tell. */
  sourcedMs: number | null;
  endedMs: number | null;
  end: FrameEnd | null;
  fusedMs: number | null;
  remainingMs: number | null;
}

export function newFrameRecord(facts: {
  readonly id: string;
  readonly nowMs: number;
  readonly claimant: string;
  readonly source: string;
  readonly strategy: Strategy;
  readonly picture: StoredPicture;
  readonly letterboxed: LetterboxedPicture;
  readonly trace: FrameTrace;
}): FrameRecord {
  const { id, nowMs, claimant, source, strategy, picture, letterboxed, trace } = facts;
  return {
    id,
    createdMs: nowMs,
    strategy,
    picture,
    inputDigest: letterboxed.digest,
    placement: letterboxed.placement,
    trace,
    claimant,
    source,
    state: 'queued',
    input: letterboxed.data,
    sourcedMs: null,
    endedMs: null,
    end: null,
    fusedMs: null,
    remainingMs: null,
  };
}

/** The frame as the API shows it. */
export function frameDocument(record: FrameRecord): Schemas['Frame'] {
  const { id, picture, placement, end, createdMs, endedMs, trace } = record;
  const self = `/frames/${id}`;
  return {
    id,
    state: record.state,
    source: record.source,
    strategy: record.strategy,
    createdAt: isoTime(createdMs),
    endedAt: endedMs === null ? null : isoTime(endedMs),
    picture: {
      mediaType: picture.mediaType,
      width: picture.width,
      height: picture.height,
      bytes: picture.bytes.byteLength,
    },
    placement: {
      left: placement.left,
      top: placement.top,
      width: placement.scaledWidth,
      height: placement.scaledHeight,
    },
    inputDigest: record.inputDigest,
    tiles: { total: trace.tiles, done: trace.done, byDevice: trace.byDevice() },
    timing: {
      totalMs: endedMs === null ? null : endedMs - createdMs,
      fusedMs: record.fusedMs,
      remainingMs: record.remainingMs,
    },
    ...resultDocument(end),
    failure: end?.kind === 'failed' ? { code: end.code, detail: end.detail } : null,
    links: { self, image: `${self}/image`, annotated: `${self}/annotated`, trace: `${self}/trace` },
  };
}

/** The frame's end as its source is told of it. */
export function outcomeDocument({ id, end, endedMs }: FrameRecord): Schemas['FrameOutcome'] {
  return {
    frame: id,
    state: end?.kind === 'complete' ? 'complete' : 'failed',
    endedAt: isoTime(endedMs ?? 0),
    ...resultDocument(end),
    failure: end?.kind === 'failed' ? { code: end.code, detail: end.detail } : null,
  };
}

function resultDocument(end: FrameEnd | null): Pick<Schemas['Frame'], 'detections' | 'classification'> {
  if (end?.kind !== 'complete') return { detections: null, classification: null };
  const { detections, classification } = end;
  return {
    detections: detections === null ? null : [...detections],
    classification: classification === null ? null : [...classification],
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
