import { createClient, type DeepThingsClient } from '../../../client/client.js';
import { createUndiciTransport } from '../../../client/undici-transport.js';
import { parseNodeAddress } from '../../config/checks/node-address.js';
import type { ClusterConfig } from '../../config/cluster-config.js';
import { loadClusterConfig } from '../../config/load.js';
import type { ErrorCode } from '../../error-codes.js';
import { DeepThingsError } from '../../errors.js';
import { watchFiles } from '../../node/tls/file-watch.js';
import { explainFailure } from '../terminal/explain-failure.js';
import { printNote } from '../terminal/terminal.js';
import { EnvironmentTokens } from './cluster-token.js';
import { gatewayTls, type TlsOptions } from './gateway-tls.js';

export interface GatewayAccess {
  readonly client: DeepThingsClient;
  /** Null when the gateway was named, so that no cluster file was asked for. */
  readonly config: ClusterConfig | null;
  close(): Promise<void>;
}

export interface GatewayChoice extends TlsOptions {
  readonly config: string;
  /** Address in place of the cluster file's. */
  readonly gateway?: string;
}

/**
 * A client of the running cluster's gateway. It goes with its TLS files for as long as it is open.
 *
 * @throws ConfigError, DeepThingsError `DT_TOKEN_UNUSABLE`, `DT_USAGE` for an address that is none, and those of TLS files.
 */
export async function openGateway(choice: GatewayChoice): Promise<GatewayAccess> {
  const { config: file, gateway } = choice;
  const token = EnvironmentTokens.read()?.current().sent;
  const config = gateway === undefined ? await loadClusterConfig(file) : null;
  const baseUrl = config?.gateway.address ?? gatewayAddress(gateway!);
  const tls = gatewayTls(baseUrl, config, choice);
  const { transport, renewTls, close } = createUndiciTransport(tls === null ? {} : { tls: tls.read() });
  const endWatch = watchFiles(tls?.paths ?? [], () => {
    try {
      renewTls(tls!.read());
    } catch (error) {
      printNote(`the certificates stay as they were: ${(error as Error).message}`);
    }
  });
  return {
    client: createClient({ baseUrl, transport, token }),
    config,
    async close() {
      endWatch();
      await close();
    },
  };
}

/**
 * Asks the running cluster's gateway something.
 *
 * @throws DeepThingsError as `openGateway`; of the given code when the gateway refuses or does not answer.
 */
export async function askGateway(
  choice: GatewayChoice,
  code: ErrorCode,
  ask: (client: DeepThingsClient) => Promise<void>,
): Promise<void> {
  const { client, close } = await openGateway(choice);
  try {
    await ask(client);
  } catch (error) {
    if (error instanceof DeepThingsError) throw error;
    throw new DeepThingsError(code, explainFailure(error, client.baseUrl), { cause: error });
  } finally {
    await close();
  }
}

function gatewayAddress(text: string): string {
  const address = parseNodeAddress(text.replace(/\/+$/, ''));
  if (address.kind === 'bad') throw new DeepThingsError('DT_USAGE', `--gateway ${address.message}: ${address.remedy}`);
  return address.origin;
}
