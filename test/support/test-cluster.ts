import pino, { type Logger } from 'pino';
import { createClient, type DeepThingsClient } from '../../client/client.js';
import { createUndiciTransport, type TransportTls } from '../../client/undici-transport.js';
import type { ClusterConfig } from '../../server/config/cluster-config.js';
import { resolveClusterConfig } from '../../server/config/load.js';
import { startEdge } from '../../server/edge/edge-node.js';
import { startGateway } from '../../server/gateway/gateway-node.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { type ClusterToken, tokenSource } from '../../server/node/tokens.js';
import { tilesByDefault } from './tiles-by-default.js';

/** A cluster inside the test's own process, on free ports of the loopback. */
export interface TestCluster {
  readonly config: ClusterConfig;
  readonly gateway: RunningNode;
  readonly devices: ReadonlyMap<string, RunningNode>;
  readonly client: DeepThingsClient;
  /** A client of one device. */
  clientOf(device: string): DeepThingsClient;
  stop(): Promise<void>;
}

export interface TestClusterOptions {
  /** Text of sections of cluster.yaml besides gateway and devices. Frames are cut into tiles unless it names a strategy. */
  readonly yaml: string;
  readonly devices?: number;
  /** Further keys of the devices, by index: `engine: { threads: 2 }`. */
  readonly deviceKeys?: readonly string[];
  readonly token?: ClusterToken;
  /** Whether the gateway computes whole frames; not when absent. */
  readonly compute?: 'auto' | boolean;
  /** What the clients show and trust, where `yaml` has `tls`. */
  readonly tls?: TransportTls;
  /** States besides `live` that a device may have when the cluster has started. */
  readonly also?: readonly string[];
  /** In place of none. */
  readonly log?: Logger;
}

export const ANY_PORT = { host: '127.0.0.1', port: 0 };

export const silent = pino({ level: process.env.TEST_LOG ?? 'silent' });

/**
 * Reads a test's sections together with a gateway at `gatewayAddress` and that many devices, `e0` and so on. Frames are cut into tiles unless
 * they name a strategy.
 *
 * @param keys further keys of the devices, by index.
 * @param compute whether the gateway computes whole frames; not unless said, so that a test of devices is one.
 */
export async function testConfig(
  yaml: string,
  devices: number,
  gatewayAddress: string,
  keys: readonly string[] = [],
  compute: 'auto' | boolean = false,
): Promise<ClusterConfig> {
  const declared = Array.from(
    { length: devices },
    (_, i) => `  - { id: e${i}, address: '${schemeIn(yaml)}://127.0.0.1:${i + 1}', ${keys[i] ?? ''} }`,
  );
  // Frames are not to be left on the machine that tests run on.
  const store = /^store:/m.test(yaml) ? '' : '\nstore: { path: memory }';
  const text = `${tilesByDefault(yaml)}${store}\ngateway: { address: '${gatewayAddress}', compute: ${compute} }\ndevices:${devices === 0 ? ' []' : ''}\n${declared.join('\n')}\n`;
  const config = await resolveClusterConfig(text, { file: 'test.yaml', baseDirectory: process.cwd(), env: {} });
  // They listen on any free port, which no cluster.yaml can say.
  return {
    ...config,
    devices: config.devices.map((device) => ({ ...device, address: `${schemeIn(yaml)}://127.0.0.1:0` })),
  };
}

function schemeIn(yaml: string): string {
  return /^tls:/m.test(yaml) ? 'https' : 'http';
}

export async function startTestCluster({
  yaml,
  devices = 3,
  deviceKeys,
  token,
  tls,
  log = silent,
  also = [],
  compute = false,
}: TestClusterOptions): Promise<TestCluster> {
  const secret = token ?? null;
  const draft = await testConfig(yaml, devices, `${schemeIn(yaml)}://127.0.0.1:65535`, deviceKeys, compute);
  const gateway = await startGateway({ config: draft, token: secret, log, listen: ANY_PORT });
  const config = await testConfig(yaml, devices, gateway.address, deviceKeys, compute);
  const started = new Map<string, RunningNode>();
  for (const { id } of config.devices) {
    started.set(id, await startEdge({ config, device: id, token: secret, log, listen: ANY_PORT }));
  }
  const { transport, close } = createUndiciTransport(tls === undefined ? {} : { tls });
  const sent = token === undefined ? undefined : () => tokenSource(token).current().sent;
  const client = createClient({ baseUrl: gateway.address, transport, token: sent });
  const cluster: TestCluster = {
    config,
    gateway,
    devices: started,
    client,
    clientOf: (device) => createClient({ baseUrl: started.get(device)!.address, transport, token: sent }),
    async stop() {
      await Promise.all([...started.values()].map((node) => node.stop()));
      await gateway.stop();
      await close();
    },
  };
  await waitUntil(async () => {
    const { json } = await client.call('getCluster');
    return json!.devices.every(
      ({ state, lastSeenAt }) => lastSeenAt !== null && (state === 'live' || also.includes(state)),
    );
  });
  return cluster;
}

/** A client of any address, to be closed. */
export function clientOf(address: string): { readonly client: DeepThingsClient; close(): Promise<void> } {
  const { transport, close } = createUndiciTransport();
  return { client: createClient({ baseUrl: address, transport }), close };
}

/** Polls until it holds; fails after a while. */
export async function waitUntil(holds: () => boolean | Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const until = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`did not become true within ${timeoutMs} ms: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
