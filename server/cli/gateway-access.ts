import { createClient, type DeepThingsClient } from '../../client/client.js';
import { createUndiciTransport } from '../../client/undici-transport.js';
import type { ClusterConfig } from '../config/cluster-config.js';
import { loadClusterConfig } from '../config/load.js';
import { parseNodeAddress } from '../config/node-address.js';
import { DeepThingsError } from '../errors.js';
import { EnvironmentTokens } from './cluster-token.js';

export interface GatewayAccess {
  readonly client: DeepThingsClient;
  /** Null when the gateway was named, so that no cluster file was asked for. */
  readonly config: ClusterConfig | null;
  close(): Promise<void>;
}

export interface GatewayChoice {
  readonly config: string;
  /** Address in place of the cluster file's. */
  readonly gateway?: string;
}

/**
 * A client of the running cluster's gateway.
 *
 * @throws ConfigError, DeepThingsError `DT_TOKEN_UNUSABLE`, `DT_USAGE` for an address that is none.
 */
export async function openGateway({ config: file, gateway }: GatewayChoice): Promise<GatewayAccess> {
  const token = EnvironmentTokens.read()?.current().sent;
  const config = gateway === undefined ? await loadClusterConfig(file) : null;
  const baseUrl = config?.gateway.address ?? gatewayAddress(gateway!);
  const { transport, close } = createUndiciTransport();
  return { client: createClient({ baseUrl, transport, token }), config, close };
}

function gatewayAddress(text: string): string {
  const address = parseNodeAddress(text.replace(/\/+$/, ''));
  if (address.kind === 'bad') throw new DeepThingsError('DT_USAGE', `--gateway ${address.message}: ${address.mend}`);
  return address.origin;
}
