// How strategies compare on this machine: a cluster of processes on the loopback, the same picture again and again, the
// strategies in turn, first to last and last to first, so that whatever the machine does meets all of them alike. Prints for
// each the median of the time to the fused stack's merged output, multiply-accumulates executed over needed, and bytes of a
// frame; then the ratio of each strategy's time to the first one's, pair by pair. Fails when an output differs from the
// untiled network's.
// Usage: node bench/strategies.mjs [--rounds 20] [--warmup 5] [--model yolov2 | --model FOLDER/NAME.cfg] [--grid 5x5] [--depth 16] [--devices 3]
//                                  [--strategies ftp-wst,ftp-wst-s] [--yaml 'overlap: { policy: always }'] [--json]
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { source } from './sources.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    warmup: { type: 'string', default: '5' },
    model: { type: 'string', default: 'yolov2' },
    grid: { type: 'string', default: '5x5' },
    depth: { type: 'string', default: '16' },
    devices: { type: 'string', default: '3' },
    strategies: { type: 'string', default: 'ftp-wst,ftp-wst-s' },
    yaml: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});

const { startProcessCluster } = await source('test/support/process-cluster.ts');
const { samplePhoto } = await source('test/support/frames.ts');
const { median } = await source('server/evaluation/statistics/statistics.ts');
const { frameInput, frameOutputs } = await source('server/evaluation/measure/frame-tensors.ts');
const { relativeDifference, TOLERANCE } = await source('server/evaluation/measure/map-difference.ts');
const { runUntiled } = await source('server/evaluation/measure/untiled.ts');

const picture = samplePhoto('sample1.jpg');
/** Darknet's cfg with the weights beside it, a model by name that has weights, or one that has none. */
function modelSection(name) {
  if (name.endsWith('.cfg')) return `cfg: ${resolve(name)}, weights: ${resolve(name.replace(/cfg$/, 'weights'))}`;
  return name === 'face-detector' ? `name: ${name}` : `name: ${name}, weights: synthetic`;
}

const yaml =
  `model: { ${modelSection(options.model)} }\n` +
  `partition: { grid: ${options.grid}, fusedDepth: ${options.depth} }\nlimits: { keptOutputs: 1 }\n${options.yaml}\n`;
const strategies = options.strategies.split(',');

const show = (number, digits = 0) => number.toFixed(digits).padStart(9);

const cluster = await startProcessCluster(yaml, Number(options.devices));
const runs = new Map(strategies.map((strategy) => [strategy, []]));
let untiled;
try {
  const { json: plan } = await cluster.client.call('getPlan');
  const size = plan.stages[0].maps[0].width;
  for (let round = -Number(options.warmup); round < Number(options.rounds); round++) {
    // Who comes second may pay for what the first one left behind: each does so as often.
    for (const strategy of round % 2 === 0 ? strategies : strategies.toReversed()) {
      const answer = await cluster.client.call('submitFrame', {
        query: { wait: 120, strategy, source: 'e0' },
        body: { mediaType: 'image/jpeg', bytes: picture },
        timeoutMs: 130_000,
      });
      const frame = answer.json;
      const { json: trace } = await cluster.client.call('getFrameTrace', { path: { frame: frame.id } });
      const merged = await frameOutputs(cluster.client, frame.id);
      untiled ??= await runUntiled(cluster.config, await frameInput(cluster.client, frame.id, size));
      const difference = relativeDifference(merged, untiled);
      if (!(difference <= TOLERANCE[cluster.config.wire.maps]))
        throw new Error(`${strategy}: differs from the untiled network by ${difference}`);
      const macs = trace.macs.executed / trace.macs.needed;
      if (round >= 0) runs.get(strategy).push({ ms: frame.timing.fusedMs, macs, bytes: trace.bytes, difference });
    }
  }
} finally {
  await cluster.stop();
}

const rows = strategies.map((strategy) => {
  const all = runs.get(strategy);
  const kinds = ['frame', 'input', 'overlap', 'result', 'control'];
  const ratios = all.map(({ ms }, i) => ms / runs.get(strategies[0])[i].ms);
  return {
    strategy,
    fusedMs: median(all.map(({ ms }) => ms)),
    macsRatio: median(all.map(({ macs }) => macs)),
    mostMacsRatio: Math.max(...all.map(({ macs }) => macs)),
    bytes: Object.fromEntries(kinds.map((kind) => [kind, median(all.map(({ bytes }) => bytes[kind]))])),
    timeRatio: median(ratios),
    maxDifference: Math.max(...all.map(({ difference }) => difference)),
  };
});
if (options.json) {
  process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
} else {
  process.stdout.write(
    `${options.model} ${options.grid}, ${options.depth} layers, ${options.devices} devices, ${options.rounds} rounds\n` +
      'strategy   fused ms  ratio    MACs  most      KiB: frame    input  overlap   result  control\n',
  );
  for (const { strategy, fusedMs, timeRatio, macsRatio, mostMacsRatio, bytes } of rows) {
    const kib = Object.values(bytes).map((value) => show(value / 1024));
    process.stdout.write(
      `${strategy.padEnd(10)}${show(fusedMs)}${timeRatio.toFixed(2).padStart(7)}${macsRatio.toFixed(2).padStart(8)}` +
        `${mostMacsRatio.toFixed(2).padStart(6)}      ${kib.join('')}\n`,
    );
  }
}
