import type { Transport } from '../../../client/transport.js';
import type { ComputeThread } from '../../compute/compute-thread.js';
import { systemThread } from '../../compute/system-thread.js';
import type { ClusterConfig, DeviceConfig } from '../../config/cluster-config.js';
import type { GangPlans } from '../../geometry/gang/gang-plans.js';
import type { ClusterPlan } from '../../node/cluster-plan.js';
import type { ListenAddress } from '../../node/http/listen.js';
import { EventLog } from '../../node/observe/event-log.js';
import type { Logger } from '../../node/observe/logger.js';
import { createMetrics, type NodeMetrics } from '../../node/observe/metrics.js';
import type { PeerClient } from '../../node/peers/peer-client.js';
import { createPeerClients, type PeerClients } from '../../node/peers/peer-clients.js';
import type { OpenedTls } from '../../node/tls/node-tls.js';
import type { ClusterToken } from '../../node/tokens.js';
import { planDigest } from '../../node/wire/plan-digest.js';
import type { WirePlan } from '../../node/wire/task-body.js';
import { LinkRates } from '../../scheduling/policy/link-rates.js';
import type { MapType } from '../../tensor/map-tensor.js';

/** What an edge device is started with. */
export interface NodeOptions {
  readonly config: ClusterConfig;
  readonly device: string;
  /** The cluster's token; null when there is none. */
  readonly token: ClusterToken | null;
  readonly log: Logger;
}

/** What a device stands on, opened and loaded. */
export interface Environment {
  readonly node: DeviceConfig;
  readonly at: ListenAddress;
  readonly tls: OpenedTls | null;
  readonly clusterPlan: ClusterPlan;
  readonly compute: ComputeThread;
  /** The gateway whose process the device is in; absent for a process of its own. */
  readonly host?: HostGateway;
}

/** A gateway that has a device in its process. */
export interface HostGateway {
  readonly address: string;
  /** The way to it. */
  readonly transport: Transport;
  /** Counts what the device does as well. */
  readonly metrics: NodeMetrics;
}

/** The other nodes of the cluster, as this device reaches them. */
export interface RemoteNodes {
  readonly gateway: PeerClient;
  readonly peers: PeerClients;
  /** Measured rates of the links to them. */
  readonly links: LinkRates;
  /** Ids of the devices that `cluster.yaml` declares: no other node steals. */
  readonly devices: ReadonlySet<string>;
}

/** An edge device: what it is called, how it talks with other nodes, and where it reports what it does. */
export interface EdgeDevice {
  /** Its id, and the address at which other nodes reach it; with port 0 the address is known once the device listens. */
  readonly self: { readonly device: string; address: string };
  /** What bodies are written by: the plan, and the type in which feature maps are sent. */
  readonly wirePlan: WirePlan & { readonly maps: MapType };
  /** Of frames that devices compute together. */
  readonly gangs: GangPlans;
  readonly remote: RemoteNodes;
  readonly events: EventLog;
  readonly metrics: NodeMetrics;
  readonly log: Logger;
}

/** Makes a device's clients, metrics and event log. Nothing is sent yet. */
export function createEdgeDevice(options: NodeOptions, environment: Environment): EdgeDevice {
  const { config, device, log, token } = options;
  const { clusterPlan, compute, host, node, tls } = environment;
  const { gang, layerGang, network, plan } = clusterPlan;
  const digest = planDigest(compute.modelDigest, plan, gang);
  const metrics = host?.metrics ?? metricsOf(device, environment);
  const nodes = [config.gateway, ...config.devices];
  const gateway = host?.address ?? config.gateway.address;
  const local = host && ((address: string) => (address === gateway ? host.transport : null));
  const peers = createPeerClients({ self: device, token, nodes, tls, metrics, log, local });
  return {
    self: { device, address: node.address },
    wirePlan: { plan, digest, fill: network.preprocessing.fill, maps: config.wire.maps },
    gangs: { gang, layerGang },
    remote: {
      gateway: peers.client(gateway),
      peers,
      links: new LinkRates(),
      devices: new Set(config.devices.map(({ id }) => id)),
    },
    events: new EventLog(Date.now().toString(36), config.limits.eventsKept),
    metrics,
    log,
  };
}

function metricsOf(device: string, { compute, tls }: Environment): NodeMetrics {
  const metrics = createMetrics({ role: 'edge', node: device });
  metrics.cpu.separate({ main: systemThread(), compute: compute.thread });
  metrics.heap.watchCompute(() => compute.heap());
  tls?.measure(metrics);
  return metrics;
}
