// What a cluster's JavaScript heap has more of after many frames: a gateway and three devices in this process, frames one after
// another in three lanes, and a heap snapshot after a third of them and one at the end, each after a collection. Prints the
// difference by kind: `code` is what V8 compiles.
// Usage: node --expose-gc bench/heap-growth.mjs [--frames 4500]

import { parseArgs } from 'node:util';
import { getHeapSnapshot } from 'node:v8';
import { sizesOf } from './heap-snapshot.mjs';
import { source } from './sources.mjs';

const { values: options } = parseArgs({ options: { frames: { type: 'string', default: '4500' } } });
const FRAMES = Number(options.frames);
const LANES = ['gateway', 'gateway', 'e1'];
const STEPS = 9;

const { startTestCluster } = await source('test/support/test-cluster.ts');
const { samplePhoto, submit } = await source('test/support/frames.ts');

const cluster = await startTestCluster({
  yaml:
    'model: { name: face-detector, width: 96, height: 96 }\npartition: { grid: 3x3, fusedDepth: 8 }\n' +
    'limits: { eventsKept: 500 }\nstore: { path: memory, frames: 50 }',
});
const picture = samplePhoto('sample5.jpg');
const clients = LANES.map((node) => (node === 'gateway' ? cluster.client : cluster.clientOf(node)));
let sent = 0;

async function frames(until) {
  const lane = async (client) => {
    while (sent < until) {
      sent++;
      await submit(client, picture);
    }
  };
  await Promise.all(clients.map(lane));
}

async function snapshot() {
  globalThis.gc();
  const chunks = [];
  for await (const chunk of getHeapSnapshot()) chunks.push(chunk);
  return sizesOf(JSON.parse(Buffer.concat(chunks).toString()));
}

try {
  let before = null;
  for (let step = 1; step <= STEPS; step++) {
    await frames(Math.round((FRAMES * step) / STEPS));
    globalThis.gc();
    process.stdout.write(`${sent} frames: ${Math.round(process.memoryUsage().heapUsed / 1024)} KiB in use\n`);
    if (3 * step === STEPS) before = await snapshot();
  }
  const after = await snapshot();
  process.stdout.write(`KiB more in the last ${Math.round((FRAMES * 2) / 3)} frames, four nodes together:\n`);
  for (const [kind, bytes] of after) {
    const more = Math.round((bytes - (before.get(kind) ?? 0)) / 1024);
    if (more !== 0) process.stdout.write(`  ${kind.padEnd(20)}${String(more).padStart(6)}\n`);
  }
} finally {
  await cluster.stop();
}
