// A cluster of processes on this machine, for scripts that look at the dashboard.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const require = createRequire(import.meta.url);
const CLI = require.resolve('#cli');
const READY_LIMIT_MS = 30_000;

/** Ports that were free a moment ago. */
async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/**
 * @param yaml text of sections of cluster.yaml besides gateway and devices.
 * @param devices how many are declared.
 * @param started how many of these are started, the first ones; the others have not joined yet.
 */
export async function startDemoCluster(yaml, devices, started = devices) {
  const folder = mkdtempSync(join(tmpdir(), 'deepthings-demo-'));
  const [gatewayPort, ...ports] = await freePorts(devices + 1);
  const address = `http://127.0.0.1:${gatewayPort}`;
  const declared = ports.map((port, i) => `  - { id: e${i}, address: 'http://127.0.0.1:${port}' }`).join('\n');
  const file = join(folder, 'cluster.yaml');
  writeFileSync(file, `${yaml}\nstore: { path: memory }\ngateway: { address: '${address}' }\ndevices:\n${declared}\n`);
  const processes = new Map();
  const start = (node) => {
    const command = node === 'gateway' ? ['gateway'] : ['edge', node];
    processes.set(node, spawn(process.execPath, [CLI, ...command, '-c', file], { stdio: 'ignore' }));
  };
  const kill = async (node) => {
    const child = processes.get(node);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const stop = async () => {
    await Promise.all([...processes.keys()].map(kill));
    rmSync(folder, { recursive: true, force: true });
  };
  const cluster = { address, start, kill, stop, devices: ports.map((_, i) => `e${i}`) };
  for (const node of ['gateway', ...cluster.devices.slice(0, started)]) start(node);
  const startedAt = Date.now();
  while (!(await isReady(address, started))) {
    if (Date.now() - startedAt > READY_LIMIT_MS) {
      await stop();
      throw new Error(`the cluster was not ready within ${READY_LIMIT_MS} ms`);
    }
    await sleep(100);
  }
  return cluster;
}

async function isReady(address, started) {
  try {
    const { devices } = await (await fetch(`${address}/cluster`)).json();
    return devices.filter(({ state }) => state === 'live').length === started;
  } catch {
    return false;
  }
}

/** One of the photographs that come with the face detector: 1 to 6. */
export function samplePhotoPath(number) {
  return require.resolve('@vladmandic/face-api/package.json').replace(/package\.json$/, `demo/sample${number}.jpg`);
}
