import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import pino from 'pino';
import { createClient, type DeepThingsClient } from '../../../../client/client.js';
import { createUndiciTransport } from '../../../../client/undici-transport.js';
import type { ClusterConfig, NodeConfig } from '../../../config/cluster-config.js';
import { resolveClusterConfig } from '../../../config/load.js';
import { startEdge } from '../../../edge/edge-node.js';
import { DeepThingsError } from '../../../errors.js';
import { startGateway } from '../../../gateway/gateway-node.js';
import { samplePhotoPath } from '../../../imaging/sample-photos.js';
import type { RequestCosts } from '../../../simulation/cost-model.js';
import { startNodeProcess } from '../../../supervision/node-process.js';
import { freePort } from '../../up/ports.js';
import { leastCpuMs } from './cpu-time.js';

const SMALL = 300;
const LARGE = 40;
const ROUNDS = 3;
const MIB = 2 ** 20;
const HOST = '127.0.0.1';
const LIVE_LIMIT_MS = 30_000;
const LIVE_POLL_MS = 20;

/**
 * Measures requests over the loopback with the client and the nodes that clusters use: first both ends in this process,
 * then with a node in a process of its own, which tells the client's share.
 */
export async function measureRequests(onStep: (what: string) => void): Promise<RequestCosts> {
  onStep('requests');
  const both = await withNodesHere(async (client) => {
    const small = await steals(client);
    return { ...small, large: await maps(client) };
  });
  const alone = await withNodeBeside(steals);
  const clientMs = Math.min(both.ms, alone.ms);
  return {
    clientMs,
    serverMs: Math.max(0, both.ms - clientMs),
    msPerMiB: Math.max(0, both.large.ms - both.ms) / (both.large.bytes / MIB) / 2,
    questionBytes: Math.round(alone.questionBytes),
    answerBytes: Math.round(alone.answerBytes),
  };
}

/** Asks the gateway for a victim, as an idle device does. */
async function steals(client: MeasuredClient) {
  const json = { thief: 'e0', sequence: 1, waitMs: 0 };
  const ask = () => client.call('stealTask', { json, timeoutMs: 10_000 });
  const before = client.bytes();
  const ms = await leastCpuMs(ROUNDS, async () => {
    for (let times = 0; times < SMALL; times++) await ask();
  });
  const after = client.bytes();
  const asked = (ROUNDS + 1) * SMALL;
  return {
    ms: ms / SMALL,
    questionBytes: (after.written - before.written) / asked - JSON.stringify(json).length,
    answerBytes: (after.read - before.read) / asked,
  };
}

/** Fetches merged maps from the gateway. */
async function maps(client: MeasuredClient): Promise<{ ms: number; bytes: number }> {
  const { json: frame } = await client.call('submitFrame', {
    query: { wait: 60 },
    body: { mediaType: 'image/jpeg', bytes: readFileSync(samplePhotoPath('sample1.jpg')) },
    timeoutMs: 70_000,
  });
  const fetch = () => client.call('getFrameOutput', { path: { frame: frame!.id } });
  const { byteLength } = (await fetch()).bytes;
  const ms = await leastCpuMs(ROUNDS, async () => {
    for (let times = 0; times < LARGE; times++) await fetch();
  });
  return { ms: ms / LARGE, bytes: byteLength };
}

type MeasuredClient = DeepThingsClient & { bytes(): { readonly written: number; readonly read: number } };

async function withClient<T>(address: string, use: (client: MeasuredClient) => Promise<T>): Promise<T> {
  const sockets: Socket[] = [];
  const { transport, close } = createUndiciTransport({ onSocket: (socket) => void sockets.push(socket) });
  const total = (of: (socket: Socket) => number) => sockets.reduce((sum, socket) => sum + of(socket), 0);
  const bytes = () => ({ written: total((socket) => socket.bytesWritten), read: total((socket) => socket.bytesRead) });
  try {
    return await use({ ...createClient({ baseUrl: address, transport }), bytes });
  } finally {
    await close();
  }
}

async function withNodesHere<T>(use: (client: MeasuredClient) => Promise<T>): Promise<T> {
  return withConfig(async (config) => {
    const log = pino({ level: 'silent' });
    const gateway = await startGateway({ config, token: null, log, listen: listenOf(config.gateway) });
    try {
      const edge = await startEdge({ config, device: 'e0', token: null, log, listen: listenOf(config.devices[0]!) });
      try {
        return await withClient(gateway.address, async (client) => {
          await untilLive(client);
          return await use(client);
        });
      } finally {
        await edge.stop();
      }
    } finally {
      await gateway.stop();
    }
  });
}

/** @throws DeepThingsError `DT_NOT_READY` */
async function untilLive(client: MeasuredClient): Promise<void> {
  const endMs = performance.now() + LIVE_LIMIT_MS;
  for (;;) {
    const { json } = await client.call('getCluster');
    if (json!.devices.every(({ state }) => state === 'live')) return;
    const problem = json!.devices.map((device) => device.problem).find((text) => text !== null);
    if (problem !== undefined || performance.now() > endMs) {
      throw new DeepThingsError('DT_NOT_READY', `a device for measuring requests is not ready: ${problem ?? 'silent'}`);
    }
    await setTimeout(LIVE_POLL_MS);
  }
}

async function withNodeBeside<T>(use: (client: MeasuredClient) => Promise<T>): Promise<T> {
  return withConfig(async (config) => {
    const node = startNodeProcess({ args: ['gateway'], config }, () => {});
    try {
      await Promise.race([node.started, node.ended]);
      return await withClient(config.gateway.address, use);
    } finally {
      node.kill('SIGTERM');
      await node.ended;
    }
  });
}

/** A cluster of free ports, with a store of its own that is gone afterwards. */
async function withConfig<T>(use: (config: ClusterConfig) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'deepthings-calibration-'));
  try {
    return await use(await configOf(await freePort(HOST), await freePort(HOST), folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function listenOf({ address }: NodeConfig): { host: string; port: number } {
  return { host: HOST, port: Number(new URL(address).port) };
}

function configOf(gatewayPort: number, devicePort: number, store: string): Promise<ClusterConfig> {
  const settings = {
    model: { name: 'face-detector' },
    schedule: { heartbeat: { intervalMs: 5000, lostAfterMs: 20_000 } },
    store: { path: store },
    gateway: { address: `http://${HOST}:${gatewayPort}` },
    devices: [{ id: 'e0', address: `http://${HOST}:${devicePort}` }],
    limits: { keptOutputs: 1 },
    log: { level: 'error' },
  };
  // JSON is YAML.
  const text = JSON.stringify(settings, null, 2);
  return resolveClusterConfig(text, { file: 'calibration', baseDirectory: process.cwd(), env: {} });
}
