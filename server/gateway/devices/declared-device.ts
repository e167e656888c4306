import { HttpProblem } from '../../node/problems/problem.js';
import type { DeviceRegistry } from './device-registry.js';

/**
 * @param status 409 for a node that names another one; 404 and 422 for people and programs.
 * @throws HttpProblem `DT_DEVICE_UNKNOWN` when cluster.yaml does not declare the device.
 */
export function requireDeclared(registry: Pick<DeviceRegistry, 'has'>, device: string, status: 404 | 409 | 422): void {
  if (registry.has(device)) return;
  const forPeople = `the cluster has no device ${device}; GET /cluster lists them`;
  const detail = status === 409 ? `cluster.yaml declares no device ${device}` : forPeople;
  throw new HttpProblem({ code: 'DT_DEVICE_UNKNOWN', status }, detail);
}
