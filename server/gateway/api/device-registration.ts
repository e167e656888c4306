import type { Schemas } from '../../../client/client.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import { HttpProblem } from '../../node/problems/problem.js';
import { isPastWork } from '../../scheduling/ledger/ledger-gangs.js';
import type { DeviceContacts } from '../devices/device-contacts.js';
import type { Admission } from '../devices/device-registry.js';
import type { GatewayDevices } from '../devices/gateway-devices.js';
import type { LedgerRuntime } from '../dispatch/ledger-runtime.js';

type Registration = Schemas['DeviceRegistration'];

export interface DeviceRegistrationParts {
  readonly epoch: string;
  readonly heartbeatMs: number;
  readonly devices: GatewayDevices;
  readonly contacts: DeviceContacts;
  readonly ledger: LedgerRuntime;
  readonly telemetry: Telemetry;
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
  const { contacts, devices, telemetry } = parts;
  const { registry } = devices;
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
  if (isNew) contacts.links.forgive(device);
  if (before?.state !== now.state) telemetry.log.info({ device, address: now.address }, `device is ${now.state}`);
  if (before === null || differs(before, now)) telemetry.events.publish('device', now);
  if (registry.isLive(device)) void contacts.identity.look(device, isNew);
  return answerOf(parts, registration);
}

/** Of two processes with one id, the one that answers at the device's address is the device. */
async function admit(
  { contacts, devices }: DeviceRegistrationParts,
  registration: Registration,
  from: string,
): Promise<Admission> {
  const { registry } = devices;
  const { device, startedAt } = registration;
  const rival = registry.rivalOf(registration);
  const answers = rival === null ? null : await contacts.identity.startedAtOf(device);
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
  const { contacts, ledger, telemetry } = parts;
  const { registry, victims } = parts.devices;
  if (error.code === 'DT_DEVICE_TWICE') registry.warn(device, 'identity', error.message);
  const now = before === null ? null : registry.document(device);
  if (now?.state === 'refused') {
    if (before?.state !== 'refused') {
      telemetry.log.error({ device, address: from }, `device refused: ${error.message}`);
      ledger.apply({ kind: 'device-left', device });
      victims.pending(device, 0);
      telemetry.events.publish('device', now);
    }
    return;
  }
  contacts.refused.note({
    code: error.code,
    detail: `does not fit this cluster: ${error.message}`,
    address: from,
    device,
  });
}

function takeNews(
  parts: DeviceRegistrationParts,
  registration: Registration,
  { restarted }: { restarted: boolean },
): void {
  const { devices, ledger } = parts;
  const { counters, device, drain, handedOut, leaving = false, pending, returned = [], tasks } = registration;
  if (restarted) ledger.apply({ kind: 'device-left', device });
  const medianTileMs = counters.tileMs > 0 ? counters.tileMs + counters.resultMs : null;
  // Also the last word of a device tells who has what now.
  const draining = leaving || drain !== undefined;
  ledger.apply({ kind: 'device-seen', device, medianTileMs, tasks, handedOut, draining, returned });
  if (leaving || drain === 'drained') ledger.apply({ kind: 'device-left', device });
  devices.victims.pending(device, draining ? 0 : pending);
}

function answerOf(
  { devices, epoch, heartbeatMs, ledger }: DeviceRegistrationParts,
  { device, kept = [], returned = [], tasks }: Registration,
): Schemas['RegistrationAnswer'] {
  const has = [...tasks, ...returned];
  // What a device in quarantine has is of no use to anybody.
  const isOver = (frame: string) => devices.registry.isQuarantined(device) || !ledger.has(frame);
  const ended = [...new Set([...kept, ...has.map(({ frame }) => frame)])].filter(isOver);
  const past = has.filter((task) => isPastWork(task, ledger.presentWork(task.frame)));
  const invalidated = [...new Set(past.map(({ frame }) => frame))].map((frame) => ({
    frame,
    ...ledger.presentWork(frame),
  }));
  return { epoch, heartbeatMs, ended, ...(invalidated.length > 0 && { invalidated }) };
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
