// What F16 on the wire costs (`wire.maps: f16`): nanoseconds a value to and from halves, the median over ROUNDS.
// Usage: node bench/float16.mjs
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const source = fileURLToPath(new URL('../server/tensor/float16.ts', import.meta.url));
const { fromFloat16, toFloat16 } = (await runnerImport(source)).module;

const VALUES = 512 * 8 * 8 * 4;
const ROUNDS = 200;

// Like feature maps after a leaky activation: of both signs, near zero and not.
const values = Float32Array.from({ length: VALUES }, (_, i) => Math.sin(i * 1.7) * 10 ** ((i % 7) - 4));
const halves = toFloat16(values);

function nsAValue(run) {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const startedMs = performance.now();
    run();
    times.push(((performance.now() - startedMs) * 1e6) / VALUES);
  }
  return times.sort((a, b) => a - b)[ROUNDS / 2].toFixed(2);
}

process.stdout.write(`to halves   ${nsAValue(() => toFloat16(values))} ns a value\n`);
process.stdout.write(`from halves ${nsAValue(() => fromFloat16(halves))} ns a value\n`);
