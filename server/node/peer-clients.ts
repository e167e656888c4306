import type { Socket } from 'node:net';
import { createClient, type DeepThingsClient } from '../../client/client.js';
import { createUndiciTransport } from '../../client/undici-transport.js';
import { DeepThingsError } from '../errors.js';

/** Clients of other nodes by address, over one set of keep-alive connections. */
export interface PeerClients {
  /** @throws DeepThingsError `DT_ADDRESS_UNDECLARED` */
  client(address: string): DeepThingsClient;
  close(): Promise<void>;
}

/** More addresses than a cluster has devices are not remembered. */
const CLIENTS_LIMIT = 1_024;

export interface PeerClientsOptions {
  readonly token: string | null;
  /** The declared ones: requests, and the token with them, go to no other host. */
  readonly nodes: readonly { readonly address: string }[];
  /** Told of every connection that is made. */
  readonly onSocket: (socket: Socket) => void;
}

export function createPeerClients({ token, nodes, onSocket }: PeerClientsOptions): PeerClients {
  const hosts = new Set(nodes.map(({ address }) => new URL(address).hostname));
  const { transport, close } = createUndiciTransport({ onSocket });
  const clients = new Map<string, DeepThingsClient>();
  return {
    client(address) {
      const known = clients.get(address);
      if (known !== undefined) return known;
      const host = URL.canParse(address) ? new URL(address).hostname : null;
      if (host === null || !hosts.has(host)) {
        throw new DeepThingsError('DT_ADDRESS_UNDECLARED', `cluster.yaml declares no node at ${address.slice(0, 200)}`);
      }
      if (clients.size >= CLIENTS_LIMIT) clients.clear();
      const client = createClient({ baseUrl: address, transport, token: token ?? undefined });
      clients.set(address, client);
      return client;
    },
    close,
  };
}
