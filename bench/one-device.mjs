// What tiling costs one device: the time from the letterboxed picture at a device that is alone with its gateway to the fused
// stack's merged output, tiled and with reuse, beside the time that the untiled stack takes on the same engine in this
// process. The two take turns, so that whatever the machine does meets both alike; prints medians and their ratio.
// Usage: node bench/one-device.mjs [--rounds 15] [--model yolov2] [--grid 5x5] [--depth 16] [--json: every pair]
import { parseArgs } from 'node:util';
import { source } from './sources.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    model: { type: 'string', default: 'yolov2' },
    grid: { type: 'string', default: '5x5' },
    depth: { type: 'string', default: '16' },
    json: { type: 'boolean', default: false },
  },
});
const WARM_UP = 3;

const { startProcessCluster } = await source('test/support/process-cluster.ts');
const { samplePhoto } = await source('test/support/frames.ts');
const { median } = await source('server/evaluation/statistics/statistics.ts');
const { frameInput } = await source('server/evaluation/measure/frame-tensors.ts');
const { startUntiled } = await source('server/evaluation/measure/untiled.ts');

const picture = samplePhoto('sample1.jpg');
const weights = ['face-detector', 'nanodet'].includes(options.model) ? '' : ', weights: synthetic';
const cluster = await startProcessCluster(
  `model: { name: ${options.model}${weights} }\npartition: { grid: ${options.grid}, fusedDepth: ${options.depth} }`,
  1,
);
const untiled = await startUntiled(cluster.config);
const pairs = [];
try {
  const { json: plan } = await cluster.client.call('getPlan');
  const size = plan.stages[0].maps[0].width;
  let input;
  for (let round = -WARM_UP; round < Number(options.rounds); round++) {
    const { json: frame } = await cluster.client.call('submitFrame', {
      query: { wait: 120 },
      body: { mediaType: 'image/jpeg', bytes: picture },
      timeoutMs: 130_000,
    });
    input ??= await frameInput(cluster.client, frame.id, size);
    const { computeMs } = await untiled.run(input);
    if (round >= 0) pairs.push({ tiledMs: frame.timing.fusedMs, untiledMs: computeMs });
  }
} finally {
  await untiled.close();
  await cluster.stop();
}
const tiled = median(pairs.map(({ tiledMs }) => tiledMs));
const whole = median(pairs.map(({ untiledMs }) => untiledMs));
const ratio = median(pairs.map(({ tiledMs, untiledMs }) => tiledMs / untiledMs));
const sentence =
  `${options.model}, ${options.depth} layers, one device, ${options.grid} with reuse: ${tiled.toFixed(0)} ms; ` +
  `untiled in one process: ${whole.toFixed(0)} ms; ratio (median of ${pairs.length} pairs): ${ratio.toFixed(2)}`;
process.stdout.write(`${options.json ? JSON.stringify(pairs) : sentence}\n`);
