import type { Schemas } from '../../../client/client.js';
import { ProblemError } from '../../../client/problem-error.js';
import { isErrorCode } from '../../error-codes.js';
import { CALLS } from '../../node/contract/calls.js';
import type { OperationHandlers } from '../../node/contract/operations.js';
import { ownDrainHandlers } from '../../node/draining.js';
import { HttpProblem } from '../../node/problems/problem.js';
import { requireDeclared } from '../devices/declared-device.js';
import type { DeviceLinks } from '../devices/device-links.js';
import type { DeviceRegistry } from '../devices/device-registry.js';
import type { GatewayDrain } from '../intake/gateway-drain.js';

export interface DrainHandlerParts {
  readonly drain: GatewayDrain;
  readonly registry: DeviceRegistry;
  readonly links: DeviceLinks;
}

/** Draining the gateway itself, and devices for those who talk to the gateway only. */
export function drainHandlers({ drain, links, registry }: DrainHandlerParts): OperationHandlers {
  const pass = async (device: string, operation: 'drain' | 'resume'): Promise<Schemas['DrainAnswer']> => {
    const address = addressOf(registry, device);
    try {
      const client = links.client(device);
      const { json } = await (operation === 'drain' ? client.call(CALLS.drain) : client.call(CALLS.resume));
      if (json !== undefined) return json;
    } catch (cause) {
      const code = cause instanceof ProblemError && isErrorCode(cause.code) ? cause.code : 'DT_DEVICE_AWAY';
      throw new HttpProblem({ code, passedOnAs: 502 }, `device ${device} at ${address}: ${(cause as Error).message}`, {
        cause,
      });
    }
    throw new HttpProblem('DT_DEVICE_AWAY', `what answers at ${address} is not device ${device}`);
  };
  return {
    ...ownDrainHandlers(drain),
    drainDevice: async (request, reply) => reply.code(202).send(await pass(request.params.device, 'drain')),
    resumeDevice: async (request) => pass(request.params.device, 'resume'),
  };
}

/** @throws HttpProblem 404, 409 when nothing answers under this name. */
function addressOf(registry: DeviceRegistry, device: string): string {
  requireDeclared(registry, device, 404);
  if (registry.isUp(device)) return registry.addressOf(device);
  const { problem, state } = registry.document(device);
  throw new HttpProblem('DT_DEVICE_NOT_LIVE', `device ${device} is ${state}: ${problem ?? 'it cannot be reached'}`);
}
