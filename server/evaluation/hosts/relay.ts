import { once } from 'node:events';
import { createConnection, createServer, type Server } from 'node:net';

/** A socket in the file system that leads to a node. */
export interface RelayRoute {
  readonly path: string;
  readonly host: string;
  readonly port: number;
}

/**
 * Passes connections on, byte by byte: network namespaces are apart, the file system is not. So a client outside reaches
 * nodes that only this process's namespace has a way to.
 */
export async function startRelay(routes: readonly RelayRoute[]): Promise<{ close(): void }> {
  const servers = await Promise.all(
    routes.map(async (route) => {
      const server = relayTo(route).listen(route.path);
      await once(server, 'listening');
      return server;
    }),
  );
  return {
    close() {
      for (const server of servers) server.close();
    },
  };
}

function relayTo({ host, port }: RelayRoute): Server {
  return createServer({ allowHalfOpen: true }, (near) => {
    const far = createConnection({ host, port, allowHalfOpen: true, noDelay: true });
    // What breaks one side ends the other: its client sees a broken connection as it would without a relay.
    near.on('error', () => far.destroy()).on('close', () => far.destroy());
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  });
}
