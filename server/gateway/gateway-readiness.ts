import type { DeviceLinks } from './devices/device-links.js';
import type { DeviceRegistry } from './devices/device-registry.js';
import type { FrameStore } from './frames/frame-store.js';

export interface ReadinessParts {
  readonly registry: Pick<DeviceRegistry, 'anyLive' | 'liveSources'>;
  /** Whether the gateway computes frames by itself while no device is live. */
  readonly gatewayComputes: boolean;
  readonly links: Pick<DeviceLinks, 'isSuspended'>;
  readonly store: Pick<FrameStore, 'failure'>;
}

/**
 * Says why the gateway could not take a frame and have it computed now; null when it could. Anybody may ask that without
 * the token: it names no device and no folder.
 */
export function notReady({ gatewayComputes, links, registry, store }: ReadinessParts): string | null {
  const { liveSources } = registry;
  const isGatewayEnough = gatewayComputes && !registry.anyLive;
  if (liveSources.length === 0 && !isGatewayEnough) {
    return 'no device that takes frames is live yet; GET /cluster says which are expected, and why they are not there';
  }
  if (liveSources.length > 0 && liveSources.every((device) => links.isSuspended(device))) {
    return 'the gateway does not reach the devices that are live; GET /cluster says why';
  }
  if (store.failure === null) return null;
  return store.failure.code === 'DT_STORE_FULL'
    ? 'the disk has no room left for pictures; the log names the folder'
    : 'the last picture could not be stored; the log says why';
}
