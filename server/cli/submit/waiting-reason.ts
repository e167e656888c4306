import type { Schemas } from '../../../client/client.js';
import { ProblemError } from '../../../client/problem-error.js';
import { hasCode } from '../../errors.js';
import { explainFailure } from '../terminal/explain-failure.js';

/** Why a submission does not go on yet. */
export interface WaitingReason {
  /** What it waits for: the gateway, a device that can compute, or room in the queue of frames. */
  readonly kind: 'gateway' | 'device' | 'room';
  readonly text: string;
}

/** Devices that are named. */
const NAMED = 3;
const NO_DEVICE = 'no device is registered yet';

const STATES: Readonly<Record<Schemas['DeviceState']['state'], string>> = {
  expected: 'is expected',
  live: 'is live',
  draining: 'is being drained',
  drained: 'is drained',
  lost: 'is lost',
  left: 'was stopped',
  refused: 'is refused',
  quarantined: 'is in quarantine',
};

/**
 * The devices that a submission waits for.
 *
 * @param source the device that it is for, where one was named.
 * @returns null when it waits for none.
 */
export function missingDevice(devices: readonly Schemas['DeviceState'][], source?: string): WaitingReason | null {
  const asked = devices.filter(({ device }) => source === undefined || device === source);
  // A device that the cluster does not know is an error, which the gateway answers.
  if (asked.length === 0 && source !== undefined) return null;
  if (asked.some(({ state }) => state === 'live')) return null;
  const words = asked.slice(0, NAMED).map(({ device, problem, state }) => {
    return `${device} ${STATES[state]}${problem === null ? '' : ` (${problem})`}`;
  });
  if (source !== undefined) return { kind: 'device', text: `device ${words[0]}` };
  const start = asked.every(({ state }) => state === 'expected') ? NO_DEVICE : 'no device can compute';
  return { kind: 'device', text: `${start}: ${words.join(', ')}${asked.length > NAMED ? ', …' : ''}` };
}

/**
 * What a gateway that has the submission waits for, by how it answers when it is asked whether it is ready.
 *
 * @returns null for other errors, of which the answer to the submission says more.
 */
export function unreadyReason(error: unknown, address: string): WaitingReason | null {
  if ((error as Error).name === 'TimeoutError') {
    return { kind: 'gateway', text: `the gateway at ${address} does not answer` };
  }
  if (!(error instanceof ProblemError) || error.status !== 503) return null;
  return { kind: 'gateway', text: `the cluster is not ready: ${error.message}` };
}

/** What an answer that asks to come back later, or none, makes a submission wait for. */
export function waitingReasonOf(error: unknown, address: string): WaitingReason {
  if (!(error instanceof ProblemError)) return { kind: 'gateway', text: explainFailure(error, address) };
  if (hasCode(error, 'DT_NO_DEVICE')) return { kind: 'device', text: NO_DEVICE };
  if (hasCode(error, 'DT_SOURCE_NOT_LIVE')) return { kind: 'device', text: error.message };
  const text = explainFailure(error, address);
  return error.status === 429 ? { kind: 'room', text: `the cluster has no room: ${text}` } : { kind: 'gateway', text };
}
