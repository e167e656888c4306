import type { Schemas } from '../../../client/client.js';
import type { ErrorCode } from '../../error-codes.js';
import type { ClassScore } from '../../heads/class-scores.js';
import type { Detection } from '../../heads/detection.js';
import { rounded } from '../../node/contract/rounded.js';
import type { EndedFrame, FrameTraceDocument, OpenFrame } from '../archive/frame-archive.js';
import type { FrameTrace } from './frame-trace.js';

export type FrameEnd =
  | {
      readonly kind: 'complete';
      /** Null when the model classifies. */
      readonly detections: readonly Detection[] | null;
      /** Best class first; null when the model detects. */
      readonly classification: readonly ClassScore[] | null;
    }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly detail: string }
  /** It had not begun when this newer frame of its camera was accepted. */
  | { readonly kind: 'dropped'; readonly newer: string };

/** A frame that is open, and until those who look after it have let go of it: what it is, then what has become of it. */
export interface FrameRecord extends Omit<OpenFrame, 'source' | 'inputDigest' | 'generation' | 'keptSinceMs'> {
  /** When it was accepted, by the store's clock; undefined until the store has it. */
  keptSinceMs: number | undefined;
  readonly trace: FrameTrace;
  source: string;
  /** Null where the gateway has not letterboxed the picture: devices do. */
  inputDigest: string | null;
  /** The fencing token: a frame that has begun again is run without reuse. */
  generation: number;
  state: 'queued' | 'running' | 'finishing' | FrameEnd['kind'];
  /** The picture's file; null while it is in the archive only. */
  bytes: Uint8Array | null;
  /** The letterboxed picture, from which any tile's input can be cut again; null until it is asked for, and once the frame has ended. */
  input: Uint8Array | null;
  /** Whether what devices hand over is kept, merged. */
  readonly keepsOutput: boolean;
  /** Whether the picture outlives the frame's end. */
  pictureKept: boolean;
  /** When its source had it letterboxed, as far as the gateway can tell. */
  sourcedMs: number | null;
  endedMs: number | null;
  end: FrameEnd | null;
  fusedMs: number | null;
  remainingMs: number | null;
}

/** The claimant of frames that a device sends for its own camera. */
export function deviceClaimant(device: string): string {
  return `device ${device}`;
}

/** The frames that take turns with those of other origins: of one camera, or else of one claimant. */
export function originOf({ camera, claimant }: Pick<OpenFrame, 'camera' | 'claimant'>): string {
  return camera === undefined ? claimant : `camera ${camera}`;
}

export function newFrameRecord(
  frame: OpenFrame,
  trace: FrameTrace,
  { bytes, input, keepsOutput }: Pick<FrameRecord, 'bytes' | 'input' | 'keepsOutput'>,
): FrameRecord {
  return {
    ...frame,
    generation: frame.generation ?? 1,
    keptSinceMs: frame.keptSinceMs,
    trace,
    state: 'queued',
    bytes,
    input,
    keepsOutput,
    pictureKept: true,
    sourcedMs: null,
    endedMs: null,
    end: null,
    fusedMs: null,
    remainingMs: null,
  };
}

/** What of an open frame is kept in the archive. */
export function openFrameOf(record: FrameRecord): OpenFrame {
  const { id, createdMs, strategy, members, claimant, source, picture, withinMs } = record;
  const { camera, tags, queue, inputDigest, keptSinceMs, placement, request, restarts, crashes, generation } = record;
  return {
    kind: 'open',
    ...{ id, createdMs, strategy, claimant, source, picture },
    ...{ inputDigest, placement, request, restarts, crashes },
    ...(members !== undefined && { members }),
    ...(withinMs !== undefined && { withinMs }),
    ...(camera !== undefined && { camera }),
    ...(tags !== undefined && { tags }),
    ...(queue !== undefined && { queue }),
    ...(generation > 1 && { generation }),
    ...(keptSinceMs !== undefined && { keptSinceMs }),
  };
}

/** What of a frame that has ended is kept in the archive. */
export function endedFrameOf(record: FrameRecord): EndedFrame {
  const { keptSinceMs, picture, request } = record;
  const facts = { document: frameDocument(record), checksum: picture.checksum, request };
  return { kind: 'ended', ...facts, ...(keptSinceMs !== undefined && { keptSinceMs }) };
}

/** The frame as the API shows it. */
export function frameDocument(record: FrameRecord): Schemas['Frame'] {
  const { id, picture, placement, end, createdMs, endedMs, trace } = record;
  const self = `/frames/${id}`;
  return {
    id,
    state: record.state,
    source: record.source,
    ...cameraAndTags(record),
    strategy: record.strategy,
    createdAt: isoTime(createdMs),
    endedAt: endedMs === null ? null : isoTime(endedMs),
    picture: {
      mediaType: picture.mediaType,
      width: picture.width,
      height: picture.height,
      bytes: picture.bytes,
      kept: record.pictureKept,
    },
    placement: {
      left: placement.left,
      top: placement.top,
      width: placement.scaledWidth,
      height: placement.scaledHeight,
    },
    inputDigest: record.inputDigest,
    tiles: {
      ...{ total: trace.tiles, done: trace.done, byDevice: trace.byDevice() },
      ...(trace.gang.bands !== null && { bands: trace.gang.bands }),
    },
    ...(trace.gang.choice !== null && { choice: rounded(trace.gang.choice) }),
    timing: rounded({
      totalMs: endedMs === null ? null : endedMs - createdMs,
      fusedMs: record.fusedMs,
      remainingMs: record.remainingMs,
    }),
    ...resultDocument(end),
    failure: failureOf(end),
    links: { self, image: `${self}/image`, annotated: `${self}/annotated`, trace: `${self}/trace` },
  };
}

/** What happened to each of the frame's tiles, as the API shows it. */
export function traceDocument({ id, end, source, strategy, createdMs, trace }: FrameRecord): FrameTraceDocument {
  const dropped = end?.kind === 'dropped' && { droppedFor: end.newer };
  return { frame: id, source, strategy, createdAt: isoTime(createdMs), ...dropped, ...rounded(trace.document()) };
}

/** The frame's end as its source is told of it. */
export function outcomeDocument(record: FrameRecord): Schemas['FrameOutcome'] {
  const { id, end, endedMs } = record;
  return {
    frame: id,
    ...cameraAndTags(record),
    state: end?.kind ?? 'failed',
    endedAt: isoTime(endedMs ?? 0),
    ...resultDocument(end),
    failure: failureOf(end),
  };
}

/** Where the picture is from, as its submission says; nothing of what it does not say. */
function cameraAndTags({
  camera,
  tags,
}: Pick<OpenFrame, 'camera' | 'tags'>): Pick<Schemas['Frame'], 'camera' | 'tags'> {
  return { ...(camera !== undefined && { camera }), ...(tags !== undefined && { tags: [...tags] }) };
}

/** Why the frame has no result; null where it has one or has not ended. */
function failureOf(end: FrameEnd | null): Schemas['Frame']['failure'] {
  if (end === null || end.kind === 'complete') return null;
  if (end.kind === 'failed') return { code: end.code, detail: end.detail };
  const detail = `frame ${end.newer} of the same camera came before it began (queue=all keeps every frame)`;
  return { code: 'DT_FRAME_SUPERSEDED' satisfies ErrorCode, detail };
}

function resultDocument(end: FrameEnd | null): Pick<Schemas['Frame'], 'detections' | 'classification'> {
  if (end?.kind !== 'complete') return { detections: null, classification: null };
  const { detections, classification } = end;
  return {
    detections: detections === null ? null : rounded([...detections]),
    classification: classification === null ? null : rounded([...classification]),
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
