// What the engines make of the same layers: the fused stack as one tile, on each engine in turn in a compute thread of this
// process, so that whatever the machine does meets all alike. Prints medians, and how far each output is from the first's.
// Usage: node bench/engines.mjs [--engines onnxruntime,tfjs:wasm] [--rounds 5] [--model yolov2] [--depth 16] [--threads 1]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { values: options } = parseArgs({
  options: {
    engines: { type: 'string', default: 'onnxruntime,tfjs:wasm' },
    rounds: { type: 'string', default: '5' },
    model: { type: 'string', default: 'yolov2' },
    depth: { type: 'string', default: '16' },
    threads: { type: 'string', default: '1' },
  },
});

const source = async (path) => (await runnerImport(fileURLToPath(new URL(path, import.meta.url)))).module;
const { startComputeThread } = await source('../server/compute/compute-thread.ts');
const { describeModel } = await source('../server/model-files/describe-model.ts');
const { relativeDifference } = await source('../server/evaluation/measure/map-difference.ts');
const { wholeTile } = await source('../server/evaluation/measure/untiled.ts');

const model = { name: options.model, ...(options.model === 'face-detector' ? {} : { weights: 'synthetic' }) };
const stage = { kind: 'fused', depth: Number(options.depth), grid: { rows: 1, columns: 1 } };
const { channels, height, width } = (await describeModel(model)).input;
const picture = Uint8Array.from({ length: channels * height * width }, (_, i) => (i * 2_654_435_761) >>> 24);
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const contestants = [];
try {
  for (const engine of options.engines.split(',')) {
    const [name, backend = null] = engine.split(':');
    const setup = { model, stage, engine: { name, backend, threads: Number(options.threads) } };
    contestants.push({ compute: await startComputeThread(setup), times: [], results: [] });
  }
  // The first round warms up.
  for (let round = 0; round <= Number(options.rounds); round++) {
    for (const { compute, times, results } of contestants) {
      const { outputs, computeMs, macs } = await compute.runTile(wholeTile(picture.slice()));
      if (round === 0) results.push({ outputs, macs });
      else times.push(computeMs);
    }
  }
} finally {
  for (const { compute } of contestants) await compute.close();
}
const [reference] = contestants[0].results;
for (const { compute, times, results } of contestants) {
  const { name, version, backend, threads } = compute.engine;
  const [{ outputs, macs }] = results;
  const ms = median(times);
  const rate = ((2 * macs) / ms / 1e6).toFixed(1);
  const apart = relativeDifference(outputs, reference.outputs).toExponential(1);
  process.stdout.write(
    `${[name, version, backend].filter(Boolean).join(' ')}, ${threads} thread(s): ${ms.toFixed(0)} ms ` +
      `(median of ${times.length}), ${rate} GFLOP/s, ${apart} of the largest value from the first\n`,
  );
}
