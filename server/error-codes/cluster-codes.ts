/** What the nodes of a cluster and its store are not able to do now, or will not do with each other. */
export const CLUSTER_CODES = {
  DT_ADDRESS_UNDECLARED: {
    status: 409,
    meaning: '`cluster.yaml` does not declare a node at this address.',
    remedy: 'Declare it there, on every machine.',
  },
  DT_CLIENT_GONE: {
    status: 503,
    meaning: 'The client hung up while its picture waited for a device.',
    remedy: 'Wait longer, and submit it again.',
  },
  DT_CONNECTIONS: {
    status: null,
    meaning: 'The node has as many connections as it takes and closed a new one; a metric counts these.',
    remedy: 'Use fewer connections.',
  },
  DT_DEVICE_AWAY: {
    status: 502,
    meaning: 'The gateway does not reach the device.',
    remedy: 'Check that it runs and that the network lets the gateway through.',
  },
  DT_DEVICE_NO_SOURCE: {
    status: 422,
    meaning: 'The device only steals (`source: false`).',
    remedy: 'Name another, or none.',
  },
  DT_DEVICE_NOT_LIVE: {
    status: 409,
    meaning: 'The device cannot be reached now.',
    remedy: 'See `GET /cluster` for why.',
  },
  DT_DEVICE_TWICE: {
    status: 409,
    meaning: 'Two programs register as the same device.',
    remedy: 'Stop one, or give its machine an id of its own in `cluster.yaml`.',
  },
  DT_DRAINING: {
    status: 503,
    meaning: 'The node is being drained and takes nothing new.',
    remedy: 'Ask another, or `DELETE /drain` for it to serve again.',
  },
  DT_GATEWAY_AWAY: {
    status: 503,
    meaning: 'The edge device does not reach the gateway.',
    remedy: 'Start the gateway; try again after `Retry-After`.',
  },
  DT_INTERNAL: { status: 500, meaning: 'The node failed to answer.', remedy: 'Its log says why; report it.' },
  DT_LISTEN: {
    status: null,
    meaning: 'A node cannot listen at its address.',
    remedy: 'Set an address of this machine in `cluster.yaml`.',
  },
  DT_MODEL_MISMATCH: {
    status: 409,
    meaning: 'The device has another model than the gateway.',
    remedy: 'Give both the same model section in `cluster.yaml` and the same files.',
  },
  DT_NO_DEVICE: {
    status: 503,
    meaning: 'No device is there to compute, and the gateway is not to (`gateway.compute: false`).',
    remedy: 'Start one; `?wait=30` waits for it.',
  },
  DT_NOT_READY: { status: 503, meaning: 'The node is not ready yet.', remedy: 'Wait for what the message names.' },
  DT_OVERLOADED: {
    status: [429, 503],
    meaning: 'The queue is full (429), or there are as many event streams as the node serves (503).',
    remedy: 'Try again after `Retry-After`; send fewer, or add devices.',
  },
  DT_PEER_SUSPENDED: {
    status: null,
    meaning: 'A node kept failing and is not asked for a while.',
    remedy: 'Check the node that the message names.',
  },
  DT_PLAN_MISMATCH: {
    status: 409,
    meaning: 'Two nodes follow different plans.',
    remedy: 'Give both the same partition section in `cluster.yaml`.',
  },
  DT_PORT_TAKEN: {
    status: null,
    meaning: "Another program listens at the node's port.",
    remedy: 'Stop it, or set another port in `cluster.yaml`.',
  },
  DT_PROTOCOL_MISMATCH: {
    status: 409,
    meaning: 'The device runs another version of the protocol.',
    remedy: 'Run one version of DeepThings everywhere.',
  },
  DT_QUARANTINED: {
    status: 409,
    meaning: 'The device is in quarantine, because its outputs were wrong.',
    remedy: 'Check its machine, then `deepthings quarantine release`.',
  },
  DT_SOURCE_NOT_LIVE: {
    status: 503,
    meaning: 'The device that was named is not live.',
    remedy: 'See `GET /cluster` for why; `?wait=30` waits for it.',
  },
  DT_STORE_FAILED: {
    status: 507,
    meaning: 'The store cannot be written.',
    remedy: 'Check the disk and the permissions of the folder that the message names.',
  },
  DT_STORE_FULL: {
    status: 507,
    meaning: 'The disk has no room for the store.',
    remedy: 'Make room, or set `store.bytes` and `store.frames` lower.',
  },
  DT_STORE_IN_USE: {
    status: null,
    meaning: 'Another gateway has this store.',
    remedy: 'Stop that gateway, or set another `store.path`.',
  },
  DT_UNREACHABLE: {
    status: null,
    meaning: 'The gateway does not reach a device that registers.',
    remedy: "Check its address in `cluster.yaml`, its certificate and the machine's firewall.",
  },
} as const;
