import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type DeepThingsClient } from '../../client/client.js';
import { createUndiciTransport } from '../../client/undici-transport.js';
import type { ClusterConfig } from '../../server/config/cluster-config.js';
import { loadClusterConfig } from '../../server/config/load.js';
import { spawnTestNode } from './node-process.js';
import { waitUntil } from './test-cluster.js';
import { tilesByDefault } from './tiles-by-default.js';

/** A cluster whose nodes are operating system processes of their own, so that they can be killed. */
export interface ProcessCluster {
  readonly config: ClusterConfig;
  /** Its cluster.yaml. */
  readonly file: string;
  readonly client: DeepThingsClient;
  /** Devices, and `gateway` first. */
  readonly nodes: readonly string[];
  /** Where a node itself listens, past whatever stands between the nodes. */
  listens(node: string): string;
  /** The process of a device, or of `gateway`. */
  process(node: string): ChildProcess;
  start(node: string): void;
  stop(): Promise<void>;
}

/** Ports from here on are divided into blocks. The last one ends below the ports that systems give to connections. */
const FIRST_PORT = 12_000;
const PORT_BLOCKS = 20;
const PORTS_OF_BLOCK = 1_000;
let tried = Math.floor(Math.random() * PORTS_OF_BLOCK);
let block: Promise<number> | undefined;

/**
 * Returns ports that are free now. Each process chooses from a block of its own, so that a cluster is never taken for one of another
 * test file, of another suite that runs at the same time, or of chaos.
 */
export async function freePorts(count: number): Promise<number[]> {
  block ??= claimBlock();
  const first = await block;
  const ports: number[] = [];
  for (let left = PORTS_OF_BLOCK; ports.length < count && left > 0; left--) {
    const port = first + (tried++ % PORTS_OF_BLOCK);
    if (await isFree(port)) ports.push(port);
  }
  if (ports.length < count) throw new Error(`no ${count} ports are free from ${first}`);
  return ports;
}

/** Listens on the first port of a block until this process ends: that marks the block as taken. */
async function claimBlock(): Promise<number> {
  const start = Math.floor(Math.random() * PORT_BLOCKS);
  for (let i = 0; i < PORT_BLOCKS; i++) {
    const first = FIRST_PORT + ((start + i) % PORT_BLOCKS) * PORTS_OF_BLOCK;
    const claim = await listenOn(first);
    if (claim === null) continue;
    claim.unref();
    return first;
  }
  throw new Error(`other processes have all ${PORT_BLOCKS} blocks of ports from ${FIRST_PORT}`);
}

/** Returns null where something listens on the port. */
async function listenOn(port: number): Promise<Server | null> {
  const server = createServer().listen(port, '127.0.0.1');
  return once(server, 'listening').then(
    () => server,
    () => null,
  );
}

async function isFree(port: number): Promise<boolean> {
  const server = await listenOn(port);
  if (server === null) return false;
  await once(server.close(), 'close');
  return true;
}

export interface ProcessClusterOptions {
  /** Of Node itself. */
  readonly nodeArguments?: readonly string[];
  /** Where each node's log goes, `<node>.log`. */
  readonly logFolder?: string;
  /** Whether the gateway computes whole frames; not when absent. */
  readonly compute?: 'auto' | boolean;
  /** Puts something on a node's address that hands on to where the node listens. */
  readonly between?: (node: string, addressPort: number, listenPort: number) => Promise<void>;
}

/** @param yaml text of sections of cluster.yaml besides gateway and devices. Frames are cut into tiles unless it names a strategy. */
export async function startProcessCluster(
  yaml: string,
  devices = 3,
  { nodeArguments = [], logFolder, between, compute = false }: ProcessClusterOptions = {},
): Promise<ProcessCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'deepthings-test-'));
  const nodes = ['gateway', ...Array.from({ length: devices }, (_, i) => `e${i}`)];
  const addresses = await freePorts(nodes.length);
  const listen = between === undefined ? addresses : await freePorts(nodes.length);
  const [gatewayPlace, ...places] = addresses.map(
    (port, i) => `address: 'http://127.0.0.1:${port}', listen: '127.0.0.1:${listen[i]}'`,
  );
  const declared = places.map((place, i) => `  - { id: e${i}, ${place} }`).join('\n');
  const file = join(folder, 'cluster.yaml');
  const store = /^store:/m.test(yaml) ? '' : '\nstore: { path: store }';
  await writeFile(
    file,
    `${tilesByDefault(yaml)}${store}\ngateway: { ${gatewayPlace}, compute: ${compute} }\ndevices:${devices === 0 ? ' []' : ''}\n${declared}\n`,
  );
  const config = await loadClusterConfig(file, {});
  for (const [i, node] of nodes.entries()) await between?.(node, addresses[i]!, listen[i]!);
  const { transport, close } = createUndiciTransport();
  const client = createClient({ baseUrl: config.gateway.address, transport });
  const processes = new Map<string, ChildProcess>();

  const cluster: ProcessCluster = {
    config,
    file,
    client,
    nodes,
    listens: (node) => `http://127.0.0.1:${listen[nodes.indexOf(node)]}`,
    process: (node) => processes.get(node)!,
    start(node) {
      const logFile = logFolder === undefined ? null : join(logFolder, `${node}.log`);
      processes.set(node, spawnTestNode({ node, file, logFile, nodeArguments }));
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
  for (const node of nodes) cluster.start(node);
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
