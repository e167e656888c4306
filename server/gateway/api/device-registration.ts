import type { Schemas } from '../../../client/client.js';
import type { EventLog } from '../../node/observe/event-log.js';
import type { Logger } from '../../node/observe/logger.js';
import type { PeerClients } from '../../node/peers/peer-clients.js';
import { HttpProblem } from '../../node/problems/problem.js';
import type { RefusedCallers } from '../../node/problems/refused-callers.js';
import type { DeviceIdentity } from '../devices/device-identity.js';
import type { Admission, DeviceRegistry } from '../devices/device-registry.js';
import type { VictimDirectory } from '../devices/victim-directory.js';
import type { LedgerRuntime } from '../dispatch/ledger-runtime.js';

type Registration = Schemas['DeviceRegistration'];

export interface DeviceRegistrationParts {
  readonly epoch: string;
  readonly heartbeatMs: number;
  readonly registry: DeviceRegistry;
  readonly identity: DeviceIdentity;
  readonly refused: RefusedCallers;
  readonly victims: VictimDirectory;
  readonly keeper: LedgerRuntime;
  readonly peers: Pick<PeerClients, 'forgive'>;
  readonly events: EventLog;
  readonly log: Logger;
}

/**
 * Takes a device's registration.
 *
 * @param from network address that it came from.
 * @throws HttpProblem 409 when the device cannot work with this gateway, or another machine has its id.
 */
export async function registerDevice(
  parts: DeviceRegistrationParts,
  registration: Registration,
  from: string,
): Promise<Schemas['RegistrationAnswer']> {
  const { registry } = parts;
  const { device } = registration;
  const before = registry.has(device) ? registry.document(device) : null;
  let admission: Admission;
  try {
    admission = await admit(parts, registration, from);
  } catch (error) {
    if (error instanceof HttpProblem) refuse(parts, registration, { from, before, error });
    throw error;
  }
  if (admission.kind === 'news') takeNews(parts, registration, admission);
  const now = registry.document(device);
  const isNew = admission.kind === 'news' && (admission.restarted || before?.state !== now.state);
  if (isNew) parts.peers.forgive(now.address);
  if (before?.state !== now.state) parts.log.info({ device, address: now.address }, `device is ${now.state}`);
  if (before === null || differs(before, now)) parts.events.publish('device', now);
  if (registry.isLive(device)) void parts.identity.look(device, isNew);
  return answerOf(parts, registration);
}

/** Of two processes with one id, the one that answers at the device's address is the device. */
async function admit(
  { identity, registry }: DeviceRegistrationParts,
  registration: Registration,
  from: string,
): Promise<Admission> {
  const { device, startedAt } = registration;
  const rival = registry.rivalOf(registration);
  const answers = rival === null ? null : await identity.startedAtOf(device);
  if (rival !== null && answers !== null && answers !== startedAt) throw twice(registration, rival, from);
  const admission = registry.admit(registration, Date.now(), { from, isProven: answers === startedAt });
  if (rival !== null && admission.kind === 'stale') throw twice(registration, rival, from);
  return admission;
}

function twice({ device, address }: Registration, rival: string, from: string): HttpProblem {
  const detail =
    `two programs register as device ${device}: one from ${rival}, which the gateway works with, and one from ${from}, which is not ` +
    `what answers at ${address}: stop that one, or give its machine an id of its own in cluster.yaml and start it by that`;
  return new HttpProblem('DT_DEVICE_TWICE', detail);
}

interface Refusal {
  readonly from: string;
  /** Null: it is not declared. */
  readonly before: Schemas['DeviceState'] | null;
  readonly error: HttpProblem;
}

function refuse(parts: DeviceRegistrationParts, { device }: Registration, { before, error, from }: Refusal): void {
  const { events, keeper, refused, registry, victims } = parts;
  if (error.code === 'DT_DEVICE_TWICE') registry.warn(device, 'identity', error.message);
  const now = before === null ? null : registry.document(device);
  if (now?.state === 'refused') {
    if (before?.state !== 'refused') {
      parts.log.error({ device, address: from }, `device refused: ${error.message}`);
      keeper.apply({ kind: 'device-left', device });
      victims.pending(device, 0);
      events.publish('device', now);
    }
    return;
  }
  refused.note({ code: error.code, detail: `does not fit this cluster: ${error.message}`, address: from, device });
}

function takeNews(
  parts: DeviceRegistrationParts,
  registration: Registration,
  { restarted }: { restarted: boolean },
): void {
  const { keeper, victims } = parts;
  const { counters, device, drain, handedOut, leaving = false, pending, returned = [], tasks } = registration;
  if (restarted) keeper.apply({ kind: 'device-left', device });
  const medianTileMs = counters.tileMs > 0 ? counters.tileMs + counters.resultMs : null;
  // Also the last word of a device tells who has what now.
  const draining = leaving || drain !== undefined;
  keeper.apply({ kind: 'device-seen', device, medianTileMs, tasks, handedOut, draining, returned });
  if (leaving || drain === 'drained') keeper.apply({ kind: 'device-left', device });
  victims.pending(device, draining ? 0 : pending);
}

function answerOf(
  { epoch, heartbeatMs, keeper, registry }: DeviceRegistrationParts,
  { device, kept = [], returned = [], tasks }: Registration,
): Schemas['RegistrationAnswer'] {
  const has = [...tasks, ...returned];
  // What a device in quarantine has is of no use to anybody.
  const isOver = (frame: string) => registry.isQuarantined(device) || !keeper.has(frame);
  const ended = [...new Set([...kept, ...has.map(({ frame }) => frame)])].filter(isOver);
  const past = new Set(
    has.filter(({ frame, generation }) => generation < keeper.generationOf(frame)).map(({ frame }) => frame),
  );
  const superseded = [...past].map((frame) => ({ frame, generation: keeper.generationOf(frame) }));
  return { epoch, heartbeatMs, ended, ...(superseded.length > 0 && { superseded }) };
}

/** Returns whether watchers should hear of it; that it was seen again is no news. */
function differs(a: Schemas['DeviceState'], b: Schemas['DeviceState']): boolean {
  return (
    a.state !== b.state ||
    a.pending !== b.pending ||
    a.running !== b.running ||
    a.counters?.tilesRun !== b.counters?.tilesRun
  );
}
