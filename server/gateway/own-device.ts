import type { Transport } from '../../client/transport.js';
import type { ComputeThread } from '../compute/compute-thread.js';
import type { ClusterConfig } from '../config/cluster-config.js';
import { gatewayMember } from '../config/gateway-member.js';
import type { Environment, HostGateway } from '../edge/device/edge-device.js';
import { assembleMember, type GatewayMember } from '../edge/edge-assembly.js';
import type { OperationHandler } from '../node/contract/operations.js';
import type { Logger } from '../node/observe/logger.js';
import { localTransport } from '../node/peers/local-transport.js';
import type { ClusterToken } from '../node/tokens.js';

/** Options of its gateway. */
export interface OwnDeviceOptions {
  readonly config: ClusterConfig;
  readonly token: ClusterToken | null;
  readonly log: Logger;
}

/** The gateway's loaded model, its compute thread and its certificates. */
export type OwnEnvironment = Omit<Environment, 'node' | 'host'>;

/**
 * The gateway as a member of gangs (`gateway.compute: true`): a device in the gateway's process, with the gateway's compute thread and
 * at its address. The two talk by the contract, as a gateway and a device elsewhere do.
 */
export class OwnDevice {
  #member: { readonly device: GatewayMember; readonly address: string; readonly transport: Transport } | null = null;

  /** Starts it, where the gateway is to help gangs. */
  async start({ config, log, token }: OwnDeviceOptions, environment: OwnEnvironment, host: HostGateway): Promise<void> {
    const node = gatewayMember(config);
    if (node === null) return;
    const { at, clusterPlan, compute, tls } = environment;
    const options = { config, token, device: node.id, log: log.child({ device: node.id }) };
    const shared: ComputeThread = { ...compute, close: async () => {} };
    const device = await assembleMember(options, { node, at, tls, clusterPlan, compute: shared, host });
    this.#member = { device, address: host.address, transport: localTransport(device.app) };
    device.start(host.address);
  }

  /** The way to it; null for the address of another node, and where it is not there. */
  transportTo(address: string): Transport | null {
    return this.#member?.address === address ? this.#member.transport : null;
  }

  /** Takes strips that members of gangs send to the gateway; null where the gateway is no member. */
  get putOverlap(): OperationHandler<'putOverlap'> | null {
    return this.#member?.device.putOverlap ?? null;
  }

  /** Ends it in good order. */
  async stop(): Promise<void> {
    await this.#member?.device.stop();
  }
}
