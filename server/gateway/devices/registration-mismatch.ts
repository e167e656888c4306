import type { Schemas } from '../../../client/client.js';
import { isDeclaredAddress } from '../../node/peers/declared-address.js';
import { HttpProblem } from '../../node/problems/problem.js';
import { PROTOCOL_VERSION } from '../../node/wire/plan-digest.js';

/** What a device must agree with. */
export interface ClusterIdentity {
  readonly modelDigest: string;
  readonly planDigest: string;
}

/**
 * Compares what a device says of itself with the gateway's own.
 *
 * @param declared the device's address in cluster.yaml.
 * @returns 409 with what differs and what to do; null when the device can work with this gateway.
 */
export function registrationMismatch(
  { device, protocol, model, plan, address }: Schemas['DeviceRegistration'],
  declared: string,
  { modelDigest, planDigest }: ClusterIdentity,
): HttpProblem | null {
  if (protocol !== PROTOCOL_VERSION) {
    const detail = `${device} speaks protocol ${protocol}, the gateway ${PROTOCOL_VERSION}: run one version everywhere`;
    return new HttpProblem('DT_PROTOCOL_MISMATCH', detail);
  }
  if (model !== modelDigest) {
    const detail =
      `${device} has another model than the gateway (${short(model)}, not ${short(modelDigest)}): ` +
      'give both the same model section in cluster.yaml and the same files';
    return new HttpProblem('DT_MODEL_MISMATCH', detail);
  }
  if (plan !== planDigest) {
    const detail =
      `${device} follows another plan than the gateway (${short(plan)}, not ${short(planDigest)}): ` +
      'give both the same partition section in cluster.yaml';
    return new HttpProblem('DT_PLAN_MISMATCH', detail);
  }
  if (!isDeclaredAddress(declared, address)) {
    const detail = `${device} announces ${address}, but cluster.yaml declares it at ${declared}`;
    return new HttpProblem('DT_ADDRESS_UNDECLARED', detail);
  }
  return null;
}

function short(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}
