import type { OperationHandlers } from '../../node/contract/operations.js';
import { HttpProblem } from '../../node/problems/problem.js';
import { requireDeclared } from '../devices/declared-device.js';
import { askForVictim } from '../devices/victim-request.js';
import { type DeviceRegistrationParts, registerDevice } from './device-registration.js';
import { clientGone } from './frame-handlers.js';

/** Devices register, and ask for victims; people look at them. */
export function deviceHandlers(parts: DeviceRegistrationParts): OperationHandlers {
  const { registry, victims } = parts.devices;
  return {
    listDevices: async () => ({ devices: registry.documents() }),
    getDevice: async (request) => {
      const { device } = request.params;
      requireDeclared(registry, device, 404);
      return registry.document(device);
    },
    register: async (request) => {
      if (request.body.kind !== 'device') {
        throw new HttpProblem('DT_OTHER_ROLE', 'this node is the gateway; gateways announce themselves to devices');
      }
      const { body, ip, raw } = request;
      try {
        return await registerDevice(parts, body, ip);
      } finally {
        parts.contacts.deathWatch.heard(body.device, raw.socket);
      }
    },
    stealTask: async (request, reply) => {
      const { thief, waitMs = 0, avoid } = request.body;
      requireDeclared(registry, thief, 409);
      const device = await askForVictim(victims, { thief, waitMs, ...(avoid && { avoid }) }, clientGone(reply));
      if (device === null) return reply.code(204).send();
      return { victim: { device, address: registry.addressOf(device) } };
    },
  };
}
