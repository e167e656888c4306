// What the memory of a cluster's processes consists of: frames through a cluster on the loopback, then for each node the
// most that was resident, and of what is resident at the end the pages of files (the kernel can drop these), V8's heap of
// the main thread, its array buffers, the weights once (as `plan` counts them), and the rest: the allocator with what it has
// free, the compute thread's heap, stacks. With `--strategy gang` or `whole`: of all devices. Linux.
// Usage: node bench/memory.mjs [--frames 50] [--model yolov2] [--grid 5x5] [--depth 16] [--devices 3] [--engine tfjs:wasm]
//          [--strategy ftp-wst-s]
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { source } from './sources.mjs';

const { values: options } = parseArgs({
  options: {
    frames: { type: 'string', default: '50' },
    model: { type: 'string', default: 'yolov2' },
    grid: { type: 'string', default: '5x5' },
    depth: { type: 'string', default: '16' },
    devices: { type: 'string', default: '3' },
    engine: { type: 'string', default: 'onnxruntime' },
    strategy: { type: 'string', default: 'ftp-wst-s' },
  },
});
const PROBE = fileURLToPath(new URL('memory-probe.cjs', import.meta.url));
const PHOTOS = ['sample1.jpg', 'sample6.jpg'];

const { startProcessCluster } = await source('test/support/process-cluster.ts');
const { samplePhoto } = await source('test/support/frames.ts');
const { readResidentMemory } = await source('server/evaluation/measure/process-memory.ts');
const { planCluster } = await source('server/node/cluster-plan.ts');
const { weightBytes } = await source('server/graph/weights.ts');
const { strategyNamed } = await source('server/scheduling/strategies/strategies.ts');

const inBlocks = strategyNamed(options.strategy).gang?.plan === 'stages';

/** Resident bytes of mapped files by name. */
function filePages(pid) {
  const pages = new Map();
  let name = '';
  let resident = 0;
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const map = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+\s*(.*)$/.exec(line);
    if (map !== null) name = map[1].startsWith('/') ? basename(map[1]) : '';
    const [key, kib] = line.split(/\s+/);
    if (key === 'Rss:') resident = Number(kib) * 1024;
    // Pages of a file that were written to are the process's own.
    if (key === 'Anonymous:' && name !== '') pages.set(name, (pages.get(name) ?? 0) + resident - Number(kib) * 1024);
  }
  return pages;
}

function byLibrary(pages) {
  const groups = { node: 0, onnxruntime: 0, 'sharp, libvips': 0, 'other files': 0 };
  for (const [name, bytes] of pages) {
    if (name === basename(process.execPath)) groups.node += bytes;
    else if (name.includes('onnxruntime')) groups.onnxruntime += bytes;
    else if (name.includes('vips') || name.includes('sharp')) groups['sharp, libvips'] += bytes;
    else groups['other files'] += bytes;
  }
  return groups;
}

const mib = (bytes) => (bytes / 2 ** 20).toFixed(0).padStart(9);
const folder = mkdtempSync(join(tmpdir(), 'deepthings-memory-'));
process.env.MEMORY_PROBE_FOLDER = folder;
const [engine, backend] = options.engine.split(':');
const files = ['face-detector', 'nanodet'].includes(options.model) ? '' : ', weights: synthetic';
const cluster = await startProcessCluster(
  `model: { name: ${options.model}${files} }\npartition: { grid: ${options.grid}, fusedDepth: ${options.depth} }\n` +
    `engine: { name: ${engine}${backend === undefined ? '' : `, backend: ${backend}`} }\n` +
    `schedule: { strategy: ${options.strategy} }`,
  Number(options.devices),
  { nodeArguments: ['--require', PROBE] },
);
try {
  const atStart = new Map(cluster.nodes.map((node) => [node, readResidentMemory(cluster.process(node).pid)]));
  const mostOwn = new Map(cluster.nodes.map((node) => [node, 0]));
  const sampling = setInterval(() => {
    for (const [node, most] of mostOwn) {
      mostOwn.set(node, Math.max(most, readResidentMemory(cluster.process(node).pid).anonymous));
    }
  }, 50);
  for (let frame = 0; frame < Number(options.frames); frame++) {
    await cluster.client.call('submitFrame', {
      query: { wait: 120, source: 'e0' },
      body: { mediaType: 'image/jpeg', bytes: samplePhoto(PHOTOS[frame % PHOTOS.length]) },
      timeoutMs: 130_000,
    });
  }
  clearInterval(sampling);
  const { gang, network, plan } = await planCluster(cluster.config);
  const { nodes } = network.graph;
  const fused = new Set((inBlocks ? gang : plan).stage.nodes.map(({ node }) => node.name));
  const weights = (isOurs) => weightBytes(network.graph, nodes.filter(isOurs));
  const shown = inBlocks ? cluster.nodes : cluster.nodes.slice(0, 3);
  const rows = new Map();
  const row = (name, bytes) => rows.set(name, [...(rows.get(name) ?? []), bytes]);
  for (const node of shown) {
    const { pid } = cluster.process(node);
    process.kill(pid, 'SIGUSR2');
    await setTimeout(500);
    const heap = JSON.parse(readFileSync(join(folder, `${pid}.json`), 'utf8'));
    const now = readResidentMemory(pid);
    row('most resident', now.peak);
    row('resident when it was ready', atStart.get(node).anonymous + atStart.get(node).file);
    row('resident now', now.anonymous + now.file);
    row('own memory now', now.anonymous);
    row('most own memory, every 50 ms', mostOwn.get(node));
    for (const [name, bytes] of Object.entries(byLibrary(filePages(pid)))) row(`  files: ${name}`, bytes);
    row("  main thread's V8 heap", heap.heapTotal);
    row('  its array buffers', heap.external);
    const ofStage = weights(({ name }) => fused.has(name) !== (node === 'gateway'));
    row('  weights, once', ofStage);
    row('  the rest', now.anonymous - heap.heapTotal - heap.external - ofStage);
  }
  const [gateway, ...edges] = shown;
  const heads = inBlocks ? shown : [gateway, 'source', 'thief'].slice(0, 1 + edges.length);
  const parts = inBlocks ? `${gang.ends.length} stages` : `${options.grid}, ${options.depth} layers`;
  process.stdout.write(
    `${options.engine}, ${options.model}, ${options.strategy}, ${parts}, ${options.devices} devices, ${options.frames} frames; MiB\n` +
      `${''.padEnd(28)}${heads.map((head) => head.padStart(9)).join('')}\n`,
  );
  for (const [name, values] of rows) process.stdout.write(`${name.padEnd(28)}${values.map(mib).join('')}\n`);
} finally {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
}
