import type { TransportTls } from '../../../client/undici-transport.js';
import type { ClusterConfig } from '../../config/cluster-config.js';
import { CLIENT_ID, tlsFilesOf } from '../../config/tls-config.js';
import { DeepThingsError } from '../../errors.js';
import { readTlsMaterial, readTrust } from '../../node/tls/tls-material.js';

/** Files that the command line names in place of cluster.yaml's. */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What a command speaks to the gateway with. */
export interface GatewayTls {
  /** The files that it is read from. */
  readonly paths: readonly string[];
  /** @throws DeepThingsError `DT_TLS_FILE`, `DT_TLS_CERTIFICATE`, `DT_TLS_KEY` */
  read(): TransportTls;
}

/**
 * @param config null when the gateway was named on the command line.
 * @returns null for a gateway that speaks http.
 * @throws DeepThingsError `DT_USAGE` for options that say nothing there.
 */
export function gatewayTls(address: string, config: ClusterConfig | null, options: TlsOptions): GatewayTls | null {
  const { cert = null, key = null } = options;
  if (!address.startsWith('https:')) {
    if ((options.ca ?? cert ?? key) === null) return null;
    throw new DeepThingsError('DT_USAGE', `--ca, --cert and --key are for https, and the gateway is at ${address}`);
  }
  if (cert === null && key !== null) throw new DeepThingsError('DT_USAGE', '--key needs --cert: name its certificate');
  const declared = config?.tls ?? null;
  const files = declared === null ? null : tlsFilesOf(declared, CLIENT_ID);
  const ca = options.ca ?? files?.ca ?? null;
  const own = ownOf(cert, key) ?? (declared?.mutual ? files : null);
  const paths = [ca, own?.certificate, own?.key].filter((path) => path !== null && path !== undefined);
  return {
    paths: [...new Set(paths)],
    read: () => (own === null ? readTrust(ca) : readTlsMaterial({ certificate: own.certificate, key: own.key, ca })),
  };
}

/** A certificate may have its key in the same file. */
function ownOf(cert: string | null, key: string | null) {
  return cert === null ? null : { certificate: cert, key: key ?? cert };
}
