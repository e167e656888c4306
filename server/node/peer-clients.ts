import { createClient, type DeepThingsClient } from '../../client/client.js';
import { createUndiciTransport } from '../../client/undici-transport.js';

/** Clients of other nodes by address, over one set of keep-alive connections. */
export interface PeerClients {
  client(address: string): DeepThingsClient;
  close(): Promise<void>;
}

/** More addresses than a cluster has devices are not remembered. */
const CLIENTS_LIMIT = 1_024;

export function createPeerClients(token: string | null): PeerClients {
  const { transport, close } = createUndiciTransport();
  const clients = new Map<string, DeepThingsClient>();
  return {
    client(address) {
      const known = clients.get(address);
      if (known !== undefined) return known;
      if (clients.size >= CLIENTS_LIMIT) clients.clear();
      const client = createClient({ baseUrl: address, transport, token: token ?? undefined });
      clients.set(address, client);
      return client;
    },
    close,
  };
}
