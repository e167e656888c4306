import type { IdempotentRequest, OpenFrame } from '../../server/gateway/archive/frame-archive.js';
import { type FrameRecord, newFrameRecord } from '../../server/gateway/frames/frame-record.js';
import { FrameTrace } from '../../server/gateway/frames/frame-trace.js';

/** An open frame whose picture has `bytes` bytes. */
export function openFrame(
  id: string,
  { bytes = 10, source = 'e0', createdMs = 0, request = null as IdempotentRequest | null } = {},
): OpenFrame {
  return {
    kind: 'open',
    ...{ id, createdMs, claimant: 'client a', source, request, strategy: 'ftp-wst-s' },
    ...{ inputDigest: 'ab', restarts: 0, crashes: 0 },
    picture: { mediaType: 'image/jpeg', width: 1, height: 1, bytes, checksum: 0 },
    placement: {
      ...{ pictureWidth: 1, pictureHeight: 1, scaledWidth: 1, scaledHeight: 1 },
      ...{ left: 0, top: 0, inputWidth: 1, inputHeight: 1 },
    },
  };
}

export function record(id: string, facts: Parameters<typeof openFrame>[1] = {}): FrameRecord {
  const frame = openFrame(id, facts);
  const parts = { bytes: new Uint8Array(frame.picture.bytes), input: new Uint8Array(3), keepsOutput: true };
  return newFrameRecord(frame, new FrameTrace(1, 0, 0), parts);
}
