import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type DeepThingsClient } from '../../client/client.js';
import { createUndiciTransport } from '../../client/undici-transport.js';
import type { ClusterConfig } from '../../server/config/cluster-config.js';
import { loadClusterConfig } from '../../server/config/load.js';
import { waitUntil } from './test-cluster.js';

const CLI = createRequire(import.meta.url).resolve('#cli');

/** A cluster whose nodes are operating system processes of their own, so that they can be killed. */
export interface ProcessCluster {
  readonly config: ClusterConfig;
  /** Its cluster.yaml. */
  readonly file: string;
  readonly client: DeepThingsClient;
  /** The process of a device, or of `gateway`. */
  process(node: string): ChildProcess;
  start(node: string): void;
  stop(): Promise<void>;
}

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** @param yaml text of sections of cluster.yaml besides gateway and devices. */
export async function startProcessCluster(yaml: string, devices = 3): Promise<ProcessCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'deepthings-test-'));
  const [gatewayPort, ...ports] = await freePorts(devices + 1);
  const declared = ports.map((port, i) => `  - { id: e${i}, address: 'http://127.0.0.1:${port}' }`).join('\n');
  const file = join(folder, 'cluster.yaml');
  const store = /^store:/m.test(yaml) ? '' : '\nstore: { path: store }';
  await writeFile(
    file,
    `${yaml}${store}\ngateway: { address: 'http://127.0.0.1:${gatewayPort}' }\ndevices:\n${declared}\n`,
  );
  const config = await loadClusterConfig(file, {});
  const { transport, close } = createUndiciTransport();
  const client = createClient({ baseUrl: config.gateway.address, transport });
  const processes = new Map<string, ChildProcess>();

  const cluster: ProcessCluster = {
    config,
    file,
    client,
    process: (node) => processes.get(node)!,
    start(node) {
      const command = node === 'gateway' ? ['gateway'] : ['edge', node];
      const child = spawn(process.execPath, [CLI, ...command, '-c', file], {
        stdio: ['ignore', 'ignore', process.env.TEST_LOG === undefined ? 'ignore' : 'inherit'],
      });
      processes.set(node, child);
    },
    async stop() {
      const running = [...processes.values()].filter((child) => child.exitCode === null && child.signalCode === null);
      await Promise.all(
        running.map(async (child) => {
          const ended = once(child, 'exit');
          child.kill('SIGKILL');
          await ended;
        }),
      );
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  for (const node of ['gateway', ...config.devices.map(({ id }) => id)]) cluster.start(node);
  try {
    await waitUntil(async () => {
      const state = await client.call('getCluster').catch(() => null);
      return state?.json?.devices.every((device) => device.state === 'live') ?? false;
    }, 60_000);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}
