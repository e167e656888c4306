import type { Schemas } from '../../client/client.js';
import type { ErrorCode } from '../../server/error-codes.js';
import { LIMITS } from './cluster-shape.js';
import type { FaultWindow, FrameFacts } from './facts.js';
import type { FaultName } from './faults.js';

/**
 * How long what was done goes on having effects: a device that was silent is lost only then, a request that was held is
 * given up, a lease runs out.
 */
const AFTER_EFFECT_MS = 15_000;

/** What can keep a device from giving a result, or a gateway from hearing of it. */
const ANY: readonly FaultName[] = [
  'kill',
  'freeze',
  'restart',
  'gateway-kill',
  'gateway-freeze',
  'gateway-restart',
  'cut-request',
  'cut-response',
  'slow',
  'stall',
  'delay',
  'refuse',
  'flip-request',
  'flip-response',
];

/** Codes with which a frame may fail, each with the faults that can bring it about. */
const JUSTIFIED_BY: Readonly<Record<string, readonly FaultName[]>> = {
  DT_TILE_ATTEMPTS: ANY,
  DT_FRAME_TIMEOUT: ANY,
  DT_SOURCE_UNREACHABLE: ANY,
  DT_GATEWAY_CRASHES: ['gateway-kill'],
  // A device counts as live until it is silent for long.
  DT_NO_DEVICE: ANY.filter((fault) => fault !== 'delay'),
} satisfies Partial<Record<ErrorCode, readonly FaultName[]>>;

/** @returns what is wrong with a frame's reason to have failed; null when it is true. */
export function untrueReason(
  { frame, attempts }: Pick<FrameFacts, 'frame' | 'attempts'>,
  windows: readonly FaultWindow[],
): string | null {
  const failure = frame.failure;
  if (failure === null) return 'it gives no reason';
  const faults = JUSTIFIED_BY[failure.code];
  if (faults === undefined) return `no fault brings about ${failure.code}: ${failure.detail}`;
  const met = windows.filter((window) => faults.includes(window.fault as FaultName) && overlaps(window, frame));
  if (met.length === 0) return `nothing was done that brings about ${failure.code}: ${failure.detail}`;
  switch (failure.code) {
    case 'DT_TILE_ATTEMPTS':
      return attempts >= LIMITS.attempts ? null : `it names attempts, and had ${attempts} of ${LIMITS.attempts}`;
    case 'DT_FRAME_TIMEOUT':
      return lasted(frame) >= LIMITS.frameTimeoutMs ? null : `it names its time, and had ${lasted(frame)} ms`;
    case 'DT_NO_DEVICE':
      return lasted(frame) >= LIMITS.lostAfterMs ? null : `it found no device within ${lasted(frame)} ms`;
    default:
      return null;
  }
}

function overlaps({ fromMs, toMs }: FaultWindow, { createdAt, endedAt }: Schemas['Frame']): boolean {
  return fromMs <= Date.parse(endedAt ?? '') && toMs + AFTER_EFFECT_MS >= Date.parse(createdAt);
}

function lasted({ createdAt, endedAt }: Schemas['Frame']): number {
  return Date.parse(endedAt ?? '') - Date.parse(createdAt);
}
