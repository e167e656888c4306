import type { ClusterConfig, DeviceConfig } from './cluster-config.js';

type Nodes = Pick<ClusterConfig, 'gateway' | 'devices'>;

/** Returns the gateway as a device that helps gangs, at the gateway's own address; null where `gateway.compute` does not have it. */
export function gatewayMember({ devices, gateway }: Nodes): DeviceConfig | null {
  const { address, compute, engine, id, listen } = gateway;
  return compute === true && devices.length > 0 ? { address, engine, id, listen, source: false, speed: null } : null;
}

/** Returns the devices that a gang can be of: those of cluster.yaml, and the gateway where it helps. */
export function gangDevices(nodes: Nodes): readonly DeviceConfig[] {
  const member = gatewayMember(nodes);
  return member === null ? nodes.devices : [...nodes.devices, member];
}
