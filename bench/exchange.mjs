// CPU that an exchange of a gang's strips costs the device that asks (it sends its strips, and takes the other's with the answer) and the device
// that answers, beside a bare PUT from undici to Fastify whose body and answer have as many bytes. Each side is a process of its own; the
// two kinds take turns, batch by batch. Prints medians and 95th percentiles of the batches, and the ratio of each side to its bare one.
// Usage: node bench/exchange.mjs [--one-way] [--sizes 40,200] [--batches 60] [--messages 25] [--warmup 6000] [--most 1.7] [--profile FOLDER]
//   --one-way  strips of one member only: the answers have no body
//   --sizes    kB of a body
//   --most     fails where a side's ratio of medians is larger
//   --profile  writes a CPU profile of each process there
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { source } from './sources.mjs';

const { values: options } = parseArgs({
  options: {
    'one-way': { type: 'boolean', default: false },
    sizes: { type: 'string', default: '40,200' },
    batches: { type: 'string', default: '60' },
    messages: { type: 'string', default: '25' },
    warmup: { type: 'string', default: '6000' },
    most: { type: 'string', default: 'Infinity' },
    profile: { type: 'string' },
  },
});
const side = fileURLToPath(new URL('exchange-side.mjs', import.meta.url));
const token = 'token-of-this-benchmark';

const { freePorts } = await source('test/support/process-cluster.ts');
const { MEMORY_SETTINGS } = await source('server/supervision/memory-settings.ts');
const { quantile } = await source('server/evaluation/statistics/statistics.ts');
const children = [];

/** Starts a process with a channel, with the settings that nodes have. */
function start(args) {
  const profile = options.profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', options.profile];
  const child = fork(side, args, {
    execArgv: [...MEMORY_SETTINGS.nodeArguments, ...profile],
    env: { ...process.env, ...MEMORY_SETTINGS.environment, DEEPTHINGS_TOKEN: token },
    stdio: ['ignore', 'ignore', process.env.BENCH_LOG ? 'inherit' : 'ignore', 'ipc'],
  });
  children.push(child);
  return child;
}

/** Asks a process, and waits for its answer. */
async function ask(child, question) {
  child.send(question);
  const [answer] = await once(child, 'message');
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer;
}

/** @throws Error when a server has not answered after a minute. */
async function isThere(port) {
  const lastMs = performance.now() + 60_000;
  while (!(await fetch(`http://127.0.0.1:${port}/livez`).catch(() => null))) {
    if (performance.now() > lastMs) throw new Error(`no server answers at port ${port}`);
    await sleep(50);
  }
}

const cpuMs = async (child) => (await ask(child, 'cpu')).cpuMs;

/** CPU of an exchange on each side, in milliseconds. */
async function batch({ client, server }, messages, bytes) {
  const before = await cpuMs(server);
  const { cpuMs: asked } = await ask(client, { messages, bytes });
  return { asker: asked / messages, answerer: ((await cpuMs(server)) - before) / messages };
}

try {
  const [device, bare] = await freePorts(2);
  const way = options['one-way'] ? '-one-way' : '';
  const kinds = {
    node: {
      server: start(['server', String(device)]),
      client: start([`client${way}`, `http://127.0.0.1:${device}`]),
    },
    bare: {
      server: start([`bare-server${way}`, String(bare)]),
      client: start(['bare-client', `http://127.0.0.1:${bare}`]),
    },
  };
  for (const port of [device, bare]) await isThere(port);
  let isEnough = true;
  process.stdout.write(
    `CPU of ${options['one-way'] ? 'a body' : 'an exchange'} in ms, median and 95th percentile of batches\n`,
  );
  process.stdout.write('bytes   side     node           bare           ratio of medians\n');
  for (const kilobytes of options.sizes.split(',').map(Number)) {
    const bytes = kilobytes * 1000;
    const measured = { node: [], bare: [] };
    for (const kind of ['node', 'bare']) await batch(kinds[kind], Number(options.warmup), bytes);
    for (let i = 0; i < Number(options.batches); i++) {
      for (const kind of i % 2 ? ['node', 'bare'] : ['bare', 'node']) {
        measured[kind].push(await batch(kinds[kind], Number(options.messages), bytes));
      }
    }
    for (const name of ['asker', 'answerer']) {
      const of = (kind, share) =>
        quantile(
          measured[kind].map((one) => one[name]),
          share,
        );
      const ratio = of('node', 0.5) / of('bare', 0.5);
      if (ratio > Number(options.most)) isEnough = false;
      const text = (kind) => `${of(kind, 0.5).toFixed(3)} ${of(kind, 0.95).toFixed(3)}`.padEnd(15);
      process.stdout.write(
        `${String(bytes).padEnd(8)}${name.padEnd(9)}${text('node')}${text('bare')}${ratio.toFixed(2)}\n`,
      );
    }
  }
  if (!isEnough) process.exitCode = 1;
} finally {
  await Promise.all(
    children.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }),
  );
}
