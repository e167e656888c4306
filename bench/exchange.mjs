// CPU that an exchange of a gang's strips costs the device that asks (it sends its strips, and takes the other's with the answer) and the device
// that answers: a staircase from a bare PUT from undici to Fastify, whose body and answer have as many bytes, to the path that members use, with one
// duty more at each step (bench/exchange-steps.mjs). Each side of each step is a process of its own; the steps take turns, batch by batch. Prints
// medians and 95th percentiles of the batches, and the median of the ratios to the bare PUT, round by round.
// Usage: node bench/exchange.mjs [--one-way] [--steps bare,node,exchange] [--sizes 40,200] [--runs 3] [--batches 40] [--messages 40]
//                                [--warmup 3000] [--most 1.7] [--json] [--profile FOLDER]
//   --one-way  strips of one member only: the answers have no body
//   --steps    all of them when absent; the first is what the others are compared with
//   --sizes    kB of a body
//   --runs     each has processes of its own: what V8 makes of a process differs by a third between two of them
//   --warmup   exchanges of each step before it is measured
//   --most     fails where the last step has a larger ratio
//   --json     all batches, in place of the table
//   --profile  writes a CPU profile of each process there
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { STEPS } from './exchange-steps.mjs';
import { bundled, source } from './sources.mjs';

const { values: options } = parseArgs({
  options: {
    'one-way': { type: 'boolean', default: false },
    steps: { type: 'string', default: STEPS.map(({ name }) => name).join() },
    sizes: { type: 'string', default: '40' },
    runs: { type: 'string', default: '3' },
    batches: { type: 'string', default: '40' },
    messages: { type: 'string', default: '40' },
    warmup: { type: 'string', default: '3000' },
    most: { type: 'string', default: 'Infinity' },
    json: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
const steps = options.steps.split(',').map((name) => STEPS.find((step) => step.name === name));
const way = options['one-way'] ? 'one-way' : 'both-ways';

const { MEMORY_SETTINGS } = await source('server/supervision/memory-settings.ts');
const { quantile } = await source('server/evaluation/statistics/statistics.ts');
const side = await bundled('exchange-side.mjs', 'exchange');
let children = [];

/** Starts a process with a channel, with the settings that nodes have. */
function start(name, { step, address = '' }) {
  const profile = options.profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', options.profile];
  if (options.profile !== undefined) profile.push('--cpu-prof-name', `${step}-${name}.cpuprofile`);
  const child = fork(side, [name, step, way, address], {
    execArgv: [...MEMORY_SETTINGS.nodeArguments, ...profile],
    env: { ...process.env, ...MEMORY_SETTINGS.environment },
    stdio: ['ignore', 'ignore', process.env.BENCH_LOG ? 'inherit' : 'ignore', 'ipc'],
  });
  children.push(child);
  return child;
}

/** Waits for what a process says next. */
function told(child) {
  return new Promise((resolve, reject) => {
    const onExit = (code) => reject(new Error(`a process ended with ${code}: BENCH_LOG=1 shows why`));
    child.once('exit', onExit);
    child.once('message', (answer) => {
      child.off('exit', onExit);
      if (answer.error === undefined) resolve(answer);
      else reject(new Error(answer.error));
    });
  });
}

async function ask(child, question) {
  const answer = told(child);
  child.send(question);
  return answer;
}

async function pairOf(step) {
  const answerer = start('answerer', { step });
  const { address } = await told(answerer);
  return { answerer, asker: start('asker', { step, address }) };
}

const cpuMs = async (child) => (await ask(child, 'cpu')).cpuMs;

/** CPU of an exchange on each side, in milliseconds. */
async function batch({ asker, answerer }, messages, bytes) {
  const before = await cpuMs(answerer);
  const { cpuMs: asked } = await ask(asker, { messages, bytes });
  return { asker: asked / messages, answerer: ((await cpuMs(answerer)) - before) / messages };
}

/** Adds the batches of a run to those of each size and step. */
async function run(batchesOf) {
  const pairs = new Map();
  for (const { name } of steps) pairs.set(name, await pairOf(name));
  for (const [bytes, batches] of batchesOf) {
    for (const { name } of steps) await batch(pairs.get(name), Number(options.warmup), bytes);
    for (let i = 0; i < Number(options.batches); i++) {
      for (const { name } of i % 2 ? steps : steps.toReversed()) {
        batches.get(name).push(await batch(pairs.get(name), Number(options.messages), bytes));
      }
    }
  }
}

async function stopChildren() {
  await Promise.all(
    children.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }),
  );
  children = [];
}

/** @returns the rows of a size's table. */
function summaryOf(bytes, batches) {
  const figures = (name, side) => {
    const all = batches.get(name).map((one) => one[side]);
    const ratios = all.map((ms, i) => ms / batches.get(steps[0].name)[i][side]);
    return { medianMs: quantile(all, 0.5), p95Ms: quantile(all, 0.95), ratio: quantile(ratios, 0.5), batchesMs: all };
  };
  return steps.map(({ name, adds }) => {
    const sides = ['asker', 'answerer'].map((side) => [side, figures(name, side)]);
    return { bytes, step: name, adds, ...Object.fromEntries(sides) };
  });
}

function print(rows) {
  const text = ({ medianMs, p95Ms, ratio }) => `${medianMs.toFixed(3)} (${p95Ms.toFixed(3)}) ${ratio.toFixed(2)}`;
  process.stdout.write(`${rows[0].bytes} bytes\nstep      asks               answers            adds\n`);
  for (const { step, adds, asker, answerer } of rows) {
    process.stdout.write(`${step.padEnd(10)}${text(asker).padEnd(19)}${text(answerer).padEnd(19)}${adds}\n`);
  }
}

const sizes = options.sizes.split(',').map((size) => Number(size) * 1000);
const batchesOf = new Map(sizes.map((bytes) => [bytes, new Map(steps.map(({ name }) => [name, []]))]));
for (let i = 0; i < Number(options.runs); i++) await run(batchesOf).finally(stopChildren);
const tables = [...batchesOf].map(([bytes, batches]) => summaryOf(bytes, batches));
if (options.json) process.stdout.write(`${JSON.stringify(tables.flat(), null, 2)}\n`);
else {
  const what = options['one-way'] ? 'a body' : 'an exchange';
  process.stdout.write(
    `CPU of ${what} on each side in ms: median (95th percentile) of batches, and of the ratios to the first step the median\n`,
  );
  for (const rows of tables) print(rows);
}
const last = tables.map((rows) => rows.at(-1));
if (last.some(({ asker, answerer }) => Math.max(asker.ratio, answerer.ratio) > Number(options.most)))
  process.exitCode = 1;
