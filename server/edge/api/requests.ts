import { HttpProblem } from '../../node/problems/problem.js';
import type { EdgeDevice } from '../device/edge-device.js';

export const OCTETS = 'application/octet-stream';

/** @throws HttpProblem 409 `DT_DEVICE_UNKNOWN` when the cluster has no such device. */
export function requireDevice({ remote }: EdgeDevice, device: string): void {
  if (remote.devices.has(device)) return;
  throw new HttpProblem({ code: 'DT_DEVICE_UNKNOWN', status: 409 }, `cluster.yaml declares no device ${device}`);
}
