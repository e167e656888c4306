// How long nodes stand still to collect garbage, with V8's helper threads and without: the same frames through clusters on
// the loopback, one of each kind in turn, each with a collection's time as V8 itself says it (--trace-gc).
// Usage: node bench/collections.mjs [--frames 40] [--rounds 2] [--model yolov2] [--grid 5x5] [--depth 16] [--devices 3]
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { source } from './sources.mjs';

const { values: options } = parseArgs({
  options: {
    frames: { type: 'string', default: '40' },
    rounds: { type: 'string', default: '2' },
    model: { type: 'string', default: 'yolov2' },
    grid: { type: 'string', default: '5x5' },
    depth: { type: 'string', default: '16' },
    devices: { type: 'string', default: '3' },
  },
});
const KINDS = { helpers: '--no-single-threaded-gc', alone: '--single-threaded-gc' };
const COLLECTION = /(?:Scavenge|Mark-Compact).* MB, ([\d.]+) \/ /g;

const { startProcessCluster } = await source('test/support/process-cluster.ts');
const { samplePhoto } = await source('test/support/frames.ts');
const weights = options.model === 'face-detector' ? '' : ', weights: synthetic';
const yaml = `model: { name: ${options.model}${weights} }\npartition: { grid: ${options.grid}, fusedDepth: ${options.depth} }`;

/** By node: how long each collection took, in milliseconds. */
async function collections(flag) {
  const logFolder = mkdtempSync(join(tmpdir(), 'deepthings-collections-'));
  try {
    const nodeArguments = ['--trace-gc', flag];
    const cluster = await startProcessCluster(yaml, Number(options.devices), { nodeArguments, logFolder });
    try {
      for (let frame = 0; frame < Number(options.frames); frame++) {
        await cluster.client.call('submitFrame', {
          query: { wait: 120, source: 'e0' },
          body: { mediaType: 'image/jpeg', bytes: samplePhoto('sample1.jpg') },
          timeoutMs: 130_000,
        });
      }
    } finally {
      await cluster.stop();
    }
    const timesOf = (node) =>
      [...readFileSync(join(logFolder, `${node}.log`), 'utf8').matchAll(COLLECTION)].map(([, ms]) => Number(ms));
    return new Map(cluster.nodes.slice(0, 3).map((node) => [node, timesOf(node)]));
  } finally {
    rmSync(logFolder, { recursive: true, force: true });
  }
}

const sum = (values) => values.reduce((total, value) => total + value, 0);
const measured = [];
for (let round = 0; round < Number(options.rounds); round++) {
  for (const [kind, flag] of Object.entries(KINDS)) measured.push({ kind, times: await collections(flag) });
}
process.stdout.write(
  'milliseconds of collections a frame, and how many of them, with helper threads and without\n' +
    'node             helpers           alone   ratio\n',
);
for (const node of measured[0].times.keys()) {
  const [helpers, alone] = Object.keys(KINDS).map((kind) => {
    const all = measured.filter((one) => one.kind === kind).flatMap(({ times }) => times.get(node));
    const frames = Number(options.frames) * Number(options.rounds);
    return { ms: sum(all) / frames, count: all.length / frames };
  });
  const [a, b] = [helpers, alone].map(({ count, ms }) => `${ms.toFixed(1)} (${count.toFixed(1)})`.padStart(14));
  process.stdout.write(`${node.padEnd(10)}${a}  ${b}  ${(alone.ms / helpers.ms).toFixed(2).padStart(6)}\n`);
}
