// Frames a second that one gateway carries on one core, with devices that compute nothing: a gateway process on processor 0 (taskset), and devices
// and cameras in another process on the other processors (bench/gateway-stubs.mjs). Each camera submits its next frame when the one before it has
// ended. Prints frames a second, the gateway's CPU a frame by thread, delays of its event loop, and what its main thread spends its time on.
// Usage: node bench/gateway.mjs [--from devices,clients] [--strategy auto] [--devices 16] [--cameras 48] [--size 1280x720] [--seconds 20] [--warmup 10]
//                               [--set 'log: { level: warn }'] [--runs 1] [--top 15] [--json] [--profile FILE]
//   --from     who submits: devices, pictures of their own cameras (/devices/{device}/frames); clients, as "deepthings watch" does (held until the frame ends)
//   --size     of the pictures, JPEG of quality 80
//   --set      further sections of cluster.yaml
//   --top      rows of the profile; 0: none is taken
//   --profile  writes the CPU profile there, for Chrome's DevTools
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { summarise } from './profile-summary.mjs';
import { bundled, source } from './sources.mjs';

const { values: options } = parseArgs({
  options: {
    from: { type: 'string', default: 'devices,clients' },
    strategy: { type: 'string', default: 'auto' },
    devices: { type: 'string', default: '16' },
    cameras: { type: 'string', default: '48' },
    size: { type: 'string', default: '1280x720' },
    seconds: { type: 'string', default: '20' },
    warmup: { type: 'string', default: '10' },
    set: { type: 'string', default: '' },
    runs: { type: 'string', default: '1' },
    top: { type: 'string', default: '15' },
    json: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
const PHOTOS = 6;
const READY_MS = 60_000;

const { MEMORY_SETTINGS } = await source('server/supervision/memory-settings.ts');
const { freePorts } = await source('test/support/process-cluster.ts');
const { samplePhoto } = await source('test/support/frames.ts');
const { quantile } = await source('server/evaluation/statistics/statistics.ts');
const { machineFacts } = await source('server/evaluation/hosts/machine-facts.ts');
const { threadsOf, threadTimes, usedSince } = await source('server/evaluation/measure/cpu-profile.ts');
const { createClient } = await source('client/client.ts');
const { createUndiciTransport } = await source('client/undici-transport.ts');

const stubs = await bundled('gateway-stubs.mjs', 'gateway');
const pictures = await jpegs();

/** The sample photographs as a camera of that size has them. */
function jpegs() {
  const [width, height] = options.size.split('x').map(Number);
  const made = Array.from({ length: PHOTOS }, (_, i) =>
    sharp(samplePhoto(`sample${i + 1}.jpg`))
      .resize(width, height, { fit: 'cover' })
      .jpeg({ quality: 80 })
      .toBuffer(),
  );
  return Promise.all(made);
}

/** The cluster.yaml of a gateway and its stubs. */
function clusterOf(folder, [gatewayPort, ...ports]) {
  const place = (port) => `address: 'http://127.0.0.1:${port}', listen: '127.0.0.1:${port}'`;
  const devices = ports.map((port, i) => ({ device: `e${i}`, address: `http://127.0.0.1:${port}`, port }));
  const cameras = Number(options.cameras);
  const file = join(folder, 'cluster.yaml');
  const yaml = [
    'model: { name: nanodet }',
    `schedule: { strategy: ${options.strategy} }`,
    `limits: { queuedFrames: ${4 * cameras} }`,
    ...(/^store:/m.test(options.set) ? [] : ['store: { path: store }']),
    `gateway: { compute: false, ${place(gatewayPort)} }`,
    'devices:',
    ...devices.map(({ device, port }) => `  - { id: ${device}, ${place(port)} }`),
    options.set,
  ];
  writeFileSync(file, `${yaml.join('\n')}\n`);
  return { file, devices, gateway: `http://127.0.0.1:${gatewayPort}` };
}

/** Asks a process by a word, and waits for its answer to that; the gateway says other things over its channel. */
function ask(child, question) {
  const { kind = question } = question;
  return new Promise((resolve, reject) => {
    const settle = (done, value) => {
      child.off('exit', onExit).off('message', onMessage);
      done(value);
    };
    const onExit = (code, signal) => {
      settle(reject, new Error(`a process ended with ${code ?? signal}: BENCH_LOG=1 shows why`));
    };
    const onMessage = ({ answer, error, of }) => {
      if (error !== undefined) settle(reject, new Error(error));
      else if (of === kind) settle(resolve, answer);
    };
    child.on('exit', onExit).on('message', onMessage);
    child.send(question);
  });
}

/** Starts a program with a channel on some processors. */
function start(processors, args) {
  const log = process.env.BENCH_LOG ? 'inherit' : 'ignore';
  return spawn('taskset', ['-c', processors, process.execPath, ...args], {
    env: { ...MEMORY_SETTINGS.environment, ...process.env },
    stdio: ['ignore', log, log, 'ipc'],
  });
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function measure(from) {
  const folder = mkdtempSync(join(tmpdir(), 'deepthings-bench-'));
  const { devices, file, gateway } = clusterOf(folder, await freePorts(1 + Number(options.devices)));
  const probe = new URL('gateway-probe.mjs', import.meta.url).href;
  const program = ['--import', probe, 'dist/server/cli/main.js', 'gateway', '-c', file];
  const children = [start('0', [...MEMORY_SETTINGS.nodeArguments, ...program])];
  const { transport, close } = createUndiciTransport();
  const client = createClient({ baseUrl: gateway, transport });
  try {
    const [node] = children;
    await listening(client, node);
    const { json: cluster } = await client.call('getCluster');
    const { json: plan } = await client.call('getPlan');
    const others = availableParallelism() > 1 ? `1-${availableParallelism() - 1}` : '0';
    const stub = start(others, [stubs]);
    children.push(stub);
    await ask(stub, {
      ...{ kind: 'start', cluster, from, gateway, cameras: Number(options.cameras) },
      devices: devices.map(({ port, ...device }) => ({ ...device, listen: { host: '127.0.0.1', port } })),
      plan: { digest: plan.digest, stages: plan.gang.stages.length, strategy: options.strategy, heartbeatMs: 1000 },
      pictures: pictures.map((jpeg) => jpeg.toString('base64')),
    });
    await sleep(1000 * Number(options.warmup));
    const threads = await threadsOf(client, node.pid);
    const figures = await during({ node, stub, threads });
    const profile = Number(options.top) > 0 ? await profileOf(node) : null;
    stub.send('end');
    return { from, ...figures, ...(profile && { profile }) };
  } finally {
    await Promise.all(children.map(end));
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function listening(client, node) {
  for (let left = READY_MS; left > 0; left -= 100) {
    if (node.exitCode !== null) throw new Error('the gateway ended: BENCH_LOG=1 shows why');
    if (await client.call('getCluster').catch(() => null)) return;
    await sleep(100);
  }
  throw new Error(`no gateway within ${READY_MS} ms`);
}

/** What happens while cameras submit, without a profiler. */
async function during({ node, stub, threads }) {
  await ask(stub, 'counts');
  await ask(node, 'delays-begin');
  const [before, cpuBefore] = [await ask(stub, 'counts'), threadTimes(threads)];
  await sleep(1000 * Number(options.seconds));
  const [after, cpuAfter] = [await ask(stub, 'counts'), threadTimes(threads)];
  const loopDelayMs = await ask(node, 'delays-end');
  const frames = after.ended - before.ended;
  const tookMs = after.atMs - before.atMs;
  if (frames === 0) throw new Error(`no frame ended: ${after.lastProblem ?? 'nothing was answered'}`);
  const used = Object.entries(usedSince(cpuBefore, cpuAfter));
  const cpuMs = Object.fromEntries(used.map(([thread, ms]) => [thread, ms / frames]));
  const allMs = used.reduce((sum, [, ms]) => sum + ms, 0);
  const stubMs = (after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system) / 1000;
  return {
    framesPerSecond: (1000 * frames) / tookMs,
    frames,
    ...{
      refused: after.refused - before.refused,
      failed: after.failed - before.failed,
      problem: after.lastProblem ?? null,
    },
    tasksPerFrame: (after.tasks - before.tasks) / frames,
    cpuMsPerFrame: { ...cpuMs, all: allMs / frames },
    coreShare: allMs / tookMs,
    stubsShare: stubMs / tookMs,
    loopDelayMs,
    endToEndMs: { p50: quantile(after.latenciesMs, 0.5), p99: quantile(after.latenciesMs, 0.99) },
  };
}

async function profileOf(node) {
  await ask(node, 'profile-begin');
  await sleep(1000 * Math.min(10, Number(options.seconds)));
  const answer = await ask(node, 'profile-end');
  if (options.profile !== undefined) writeFileSync(options.profile, JSON.stringify(answer));
  return summarise(answer);
}

function print({ from, profile, ...run }) {
  const { coreShare, cpuMsPerFrame, endToEndMs, failed, framesPerSecond, frames, loopDelayMs, refused, stubsShare } =
    run;
  const ms = (value) => `${value.toFixed(2)} ms`;
  const share = (value) => `${(100 * value).toFixed(0)} %`;
  const threads = Object.entries(cpuMsPerFrame).map(([thread, value]) => `${thread} ${ms(value)}`);
  const lines = [
    `pictures from ${from}: ${framesPerSecond.toFixed(1)} frames/s (${frames} frames, ${refused} refused, ${failed} failed)`,
    `  CPU a frame     ${threads.join(', ')}; ${run.tasksPerFrame.toFixed(2)} tasks a frame`,
    `  busy            gateway ${share(coreShare)} of its core, stubs ${share(stubsShare)} of one`,
    `  one core        ${(1000 / cpuMsPerFrame.all).toFixed(0)} frames/s where the gateway has all of it`,
    `  event loop      late by ${ms(loopDelayMs.p50)} (median), ${ms(loopDelayMs.p99)} (p99), ${ms(loopDelayMs.most)} (most)`,
    `  end to end      ${ms(endToEndMs.p50)} (median), ${ms(endToEndMs.p99)} (p99)`,
  ];
  if (run.problem !== null) lines.push(`  last problem    ${run.problem}`);
  if (profile !== undefined)
    lines.push(
      '  main thread     modules by self time',
      ...rowsOf(profile.modules),
      '  main thread     functions by self time',
      ...rowsOf(profile.functions),
    );
  process.stdout.write(`${lines.join('\n')}\n`);
}

function rowsOf(modules) {
  const all = modules.reduce((sum, { ms }) => sum + ms, 0);
  const rows = modules.slice(0, Number(options.top));
  return rows.map(({ ms, name }) => `    ${((100 * ms) / all).toFixed(1).padStart(5)} %  ${name}`);
}

const { cores, load, processor } = machineFacts();
const runs = [];
for (let i = 0; i < Number(options.runs); i++) {
  for (const from of options.from.split(',')) runs.push(await measure(from));
}
if (options.json) process.stdout.write(`${JSON.stringify(runs, null, 2)}\n`);
else {
  const bytes = pictures.reduce((sum, jpeg) => sum + jpeg.length, 0) / pictures.length;
  process.stdout.write(
    `${options.devices} devices, ${options.cameras} cameras, ${options.strategy}, JPEG ${options.size} of ${(bytes / 1000).toFixed(0)} kB; ` +
      `${processor}, ${cores} cores, load ${load}\n`,
  );
  for (const run of runs) print(run);
}
