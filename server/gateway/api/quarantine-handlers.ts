import type { OperationHandlers } from '../../node/contract/operations.js';
import { requireDeclared } from '../devices/declared-device.js';
import type { DeviceRegistry } from '../devices/device-registry.js';
import type { Quarantine } from '../devices/quarantine.js';

export interface QuarantineHandlerParts {
  readonly quarantine: Quarantine;
  readonly registry: DeviceRegistry;
}

/** Releasing devices that somebody has looked after. */
export function quarantineHandlers({ quarantine, registry }: QuarantineHandlerParts): OperationHandlers {
  return {
    releaseDevice: async (request) => {
      const { device } = request.params;
      requireDeclared(registry, device, 404);
      await quarantine.release(device);
      return registry.document(device);
    },
  };
}
