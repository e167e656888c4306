import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { EndedFrame, FrameTraceDocument, OpenFrame } from '../../../server/gateway/archive/frame-archive.js';
import { DiskArchive } from '../../../server/gateway/archive/lmdb/disk-archive.js';
import { endedFrameOf, traceDocument } from '../../../server/gateway/frames/frame-record.js';
import type { Logger } from '../../../server/node/observe/logger.js';
import { silent } from '../../support/test-cluster.js';
import { openFrame, record } from '../frame-records.js';

export const DAY_MS = 86_400_000;

export function diskArchive(folder: string, log: Logger = silent): DiskArchive {
  return new DiskArchive({ folder, ageMs: DAY_MS, log });
}

/** A folder that is not there yet, and what removes it. */
export async function newFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const parent = await mkdtemp(join(tmpdir(), 'deepthings-archive-'));
  return { folder: join(parent, 'store'), remove: () => rm(parent, { recursive: true, force: true }) };
}

/** Bytes that are found nowhere else. */
export function picture(seed: number, bytes = 20_000): Buffer {
  let state = seed;
  const values = Uint8Array.from({ length: bytes }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
  return Buffer.from(values);
}

export function frameWith(id: string, bytes: Uint8Array): OpenFrame {
  const frame = openFrame(id, { request: { key: `key of ${id}`, digest: 'cd' } });
  return { ...frame, picture: { ...frame.picture, bytes: bytes.byteLength, checksum: crc32(bytes) } };
}

export function endOf(frame: OpenFrame, kept = true): [EndedFrame, FrameTraceDocument] {
  const ended = { ...record(frame.id), ...frame, state: 'complete' as const, endedMs: 1, pictureKept: kept };
  return [
    endedFrameOf({ ...ended, end: { kind: 'complete', detections: [], classification: null } }),
    traceDocument(ended),
  ];
}
