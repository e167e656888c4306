import type { ErrorCode } from '../../../server/error-codes.js';
import type { DeviceState } from '../contract-types.js';
import type { DashboardState, SeenNotice } from './dashboard-state.js';

/** Which devices are in quarantine the devices' states say, also when that is over. */
const QUARANTINED: ErrorCode = 'DT_QUARANTINED';

export type Problem =
  | { readonly kind: 'device'; readonly device: DeviceState; readonly detail: string }
  | { readonly kind: 'notice'; readonly notice: SeenNotice };

type Known = Pick<DashboardState, 'devices' | 'notices'>;

/** What is wrong now, devices first, and of these first those that computed something wrong. */
export function problems({ devices, notices }: Known): readonly Problem[] {
  const gravestFirst = devices.toSorted((a, b) => gravity(b) - gravity(a));
  const ofDevices = gravestFirst.flatMap((device): Problem[] => {
    const detail = deviceProblem(device, notices);
    return detail === null ? [] : [{ kind: 'device', device, detail }];
  });
  const said = devices.flatMap(({ problem }) => problem ?? []);
  const others = notices.filter(
    ({ code, detail }) => !said.some((text) => detail.includes(text)) && code !== QUARANTINED,
  );
  return [...ofDevices, ...others.map((notice): Problem => ({ kind: 'notice', notice }))];
}

/** Returns whether a device has never been there, and nothing is known to keep it from joining. */
export function isAwaited({ lastSeenAt, problem, state }: DeviceState, notices: Known['notices']): boolean {
  if (state !== 'expected' || lastSeenAt !== null) return false;
  // A caller that was refused may have been the device: then its problem is told as a notice as well.
  return problem === null || !notices.some(({ detail }) => detail.includes(problem));
}

/** Returns whether a device that was there is lost, refused or in quarantine. */
export function isAmiss({ state }: Pick<DeviceState, 'state'>): boolean {
  return state === 'lost' || state === 'refused' || state === 'quarantined';
}

function gravity({ state }: DeviceState): number {
  return state === 'quarantined' ? 1 : 0;
}

function deviceProblem(known: DeviceState, notices: Known['notices']): string | null {
  const { device, address, state, problem } = known;
  // Somebody stopped it: nothing is wrong.
  if (state === 'left' || isAwaited(known, notices)) return null;
  if (problem !== null) return problem;
  if (state === 'lost') {
    return `Its heartbeats stopped. See that the machine at ${address} is on and reachable, and that "deepthings edge ${device}" runs there.`;
  }
  if (state === 'refused') {
    return `The gateway refuses it. Give it the gateway's cluster.yaml and model, then start "deepthings edge ${device}" again.`;
  }
  return null;
}
