import { crc32 } from 'node:zlib';
import type { ArchivedFrame, FrameTraceDocument, QuarantinedDevice } from './frame-archive.js';

export type ArchiveRecord = ArchivedFrame | FrameTraceDocument | readonly QuarantinedDevice[];

/** Of everything that is written here; a later version of this program may know more. */
const VERSION = 1;
/** Version (U8) and checksum of the rest (U32, little endian). */
const HEADER_BYTES = 5;

export type DecodedRecord<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'damaged' }
  | { readonly kind: 'newer'; readonly version: number };

/** A record of the store: a version, a checksum, and JSON in UTF-8. */
export function encodeRecord(value: ArchiveRecord): Buffer {
  const json = JSON.stringify(value);
  // Memory of its own: with a record that goes to another thread, all of the memory that it is a part of is copied.
  const record = Buffer.allocUnsafeSlow(HEADER_BYTES + Buffer.byteLength(json));
  record.write(json, HEADER_BYTES);
  record.writeUInt8(VERSION, 0);
  record.writeUInt32LE(crc32(record.subarray(HEADER_BYTES)), 1);
  return record;
}

/** What the checksum holds for was written by `encodeRecord`, so that its shape need not be looked at. */
export function decodeRecord<T extends ArchiveRecord>(bytes: Uint8Array): DecodedRecord<T> {
  if (bytes.byteLength <= HEADER_BYTES) return { kind: 'damaged' };
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const json = buffer.subarray(HEADER_BYTES);
  if (crc32(json) !== buffer.readUInt32LE(1)) return { kind: 'damaged' };
  const version = buffer.readUInt8(0);
  if (version > VERSION) return { kind: 'newer', version };
  return { kind: 'read', value: JSON.parse(json.toString('utf8')) as T };
}
