import { createServer } from 'node:net';
import type { ClusterConfig, NodeConfig } from '../../config/cluster-config.js';
import { DeepThingsError } from '../../errors.js';
import { unknownNameText } from '../../node/peers/name-failure.js';

/**
 * Finds out, before anything is started, whether every node can have its port.
 *
 * @throws DeepThingsError `DT_PORT_TAKEN`, `DT_LISTEN` naming every node that cannot.
 */
export async function checkPorts({ file, gateway, devices }: ClusterConfig): Promise<void> {
  const nodes = [gateway, ...devices];
  const codes = await Promise.all(nodes.map(tryToListen));
  const troubles = nodes.flatMap((node, index) => {
    const code = codes[index]!;
    return code === null ? [] : [describeTrouble(node, code)];
  });
  if (troubles.length === 0) return;
  const taken = codes.some((code) => code === 'EADDRINUSE');
  const remedy = taken
    ? `Stop the program that has it (perhaps a cluster is running already), or change the ports in ${file}.`
    : `"up" runs every node on this machine; for a cluster of several machines run "deepthings gateway" and ` +
      '"deepthings edge ID" on each.';
  throw new DeepThingsError(taken ? 'DT_PORT_TAKEN' : 'DT_LISTEN', `${troubles.join('\n       ')}\n       ${remedy}`);
}

function describeTrouble({ id, listen }: NodeConfig, code: string): string {
  const who = id === 'gateway' ? 'the gateway' : id;
  if (code === 'EADDRINUSE') return `port ${listen.port} on ${listen.host}, which ${who} needs, is in use`;
  if (code === 'EACCES') return `${who} may not listen on port ${listen.port} (${code})`;
  if (code === 'EADDRNOTAVAIL') return `${who} cannot listen on ${listen.host}: no address of this machine`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `${who} cannot listen: ${unknownNameText(listen.host, code)}`;
  return `${who} cannot listen on ${listen.host}:${listen.port} (${code})`;
}

/** @returns the error's code, null when it works. */
function tryToListen({ listen: { host, port } }: NodeConfig): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port }, () => server.close(() => resolve(null)));
  });
}
