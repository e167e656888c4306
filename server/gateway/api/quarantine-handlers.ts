import type { OperationHandlers } from '../../node/contract/operations.js';
import { HttpProblem } from '../../node/problems/problem.js';
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
      if (!registry.has(device)) {
        throw new HttpProblem(
          { code: 'DT_DEVICE_UNKNOWN', status: 404 },
          `the cluster has no device ${device}; GET /cluster lists them`,
        );
      }
      await quarantine.release(device);
      return registry.document(device);
    },
  };
}
