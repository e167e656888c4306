import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import pino from 'pino';
import { createClient, type DeepThingsClient } from '../../client/client.js';
import { createUndiciTransport } from '../../client/undici-transport.js';
import type { ClusterConfig, NodeConfig } from '../config/cluster-config.js';
import { resolveClusterConfig } from '../config/load.js';
import { startEdge } from '../edge/edge-node.js';
import { DeepThingsError } from '../errors.js';
import { startGateway } from '../gateway/gateway-node.js';
import { startNodeProcess } from '../supervision/node-process.js';

const HOST = '127.0.0.1';
/** Within a small share of a core a node takes long to start. */
const LIVE_LIMIT_MS = 240_000;
const LIVE_POLL_MS = 20;
const SILENT = pino({ level: 'silent' });

/** A client that knows what went over its sockets. */
export type MeasuredClient = DeepThingsClient & {
  bytes(): { readonly written: number; readonly read: number };
};

/** A cluster of one device in a `cluster.yaml` of its own. */
export type ClusterSections = Readonly<Record<string, unknown>>;

/** Which nodes run in this process; the gateway, when it does not, in one of its own. */
export type NodesHere = 'both' | 'device' | 'none';

export interface MeasuredNodes {
  readonly config: ClusterConfig;
  /** Of the gateway's process. */
  readonly gatewayPid: number;
}

/** Starts a gateway, and its device if that runs here, for as long as they are used. */
export async function withCluster<T>(
  sections: ClusterSections,
  here: NodesHere,
  use: (client: MeasuredClient, nodes: MeasuredNodes) => Promise<T>,
): Promise<T> {
  const store = mkdtempSync(join(tmpdir(), 'deepthings-calibration-'));
  const closing: (() => Promise<unknown>)[] = [() => Promise.resolve(rmSync(store, { recursive: true, force: true }))];
  try {
    const config = await configOf(sections, store);
    const common = { config, token: null, log: SILENT };
    let gatewayPid = process.pid;
    if (here === 'both') {
      const gateway = await startGateway({ ...common, listen: listenOf(config.gateway) });
      closing.push(() => gateway.stop());
    } else {
      const node = startNodeProcess({ args: ['gateway'], config }, () => {});
      closing.push(() => {
        node.kill('SIGTERM');
        return node.ended;
      });
      await Promise.race([node.started, node.ended]);
      gatewayPid = node.pid ?? gatewayPid;
    }
    if (here !== 'none') {
      const edge = await startEdge({ ...common, device: 'e0', listen: listenOf(config.devices[0]!) });
      closing.push(() => edge.stop());
    }
    const { client, close } = measuredClient(config.gateway.address);
    closing.push(close);
    if (here !== 'none') await untilLive(client);
    return await use(client, { config, gatewayPid });
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

function measuredClient(address: string): { client: MeasuredClient; close: () => Promise<void> } {
  const sockets: Socket[] = [];
  const { transport, close } = createUndiciTransport({ onSocket: (socket) => void sockets.push(socket) });
  const total = (of: (socket: Socket) => number) => sockets.reduce((sum, socket) => sum + of(socket), 0);
  const bytes = () => ({ written: total((socket) => socket.bytesWritten), read: total((socket) => socket.bytesRead) });
  return { client: { ...createClient({ baseUrl: address, transport }), bytes }, close };
}

/** @throws DeepThingsError `DT_NOT_READY` */
async function untilLive(client: MeasuredClient): Promise<void> {
  const endMs = performance.now() + LIVE_LIMIT_MS;
  for (;;) {
    const { json } = await client.call('getCluster');
    if (json!.devices.every(({ state }) => state === 'live')) return;
    const problem = json!.devices.map((device) => device.problem).find((text) => text !== null);
    if (problem !== undefined || performance.now() > endMs) {
      throw new DeepThingsError('DT_NOT_READY', `a device for measuring is not ready: ${problem ?? 'silent'}`);
    }
    await setTimeout(LIVE_POLL_MS);
  }
}

function listenOf({ address }: NodeConfig): { host: string; port: number } {
  return { host: HOST, port: Number(new URL(address).port) };
}

async function configOf(sections: ClusterSections, store: string): Promise<ClusterConfig> {
  const settings = {
    schedule: {
      heartbeat: { intervalMs: 5000, lostAfterMs: 60_000 },
      lease: { floorMs: 60_000, waitingMs: 240_000 },
    },
    limits: { keptOutputs: 1 },
    store: { path: store },
    gateway: { address: `http://${HOST}:${await freePort(HOST)}` },
    devices: [{ id: 'e0', address: `http://${HOST}:${await freePort(HOST)}` }],
    log: { level: 'error' },
    ...sections,
  };
  // JSON is YAML.
  const text = JSON.stringify(settings, null, 2);
  return resolveClusterConfig(text, { file: 'calibration', baseDirectory: process.cwd(), env: {} });
}

/** A port that was free a moment ago. */
function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port: 0 }, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
