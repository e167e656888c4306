// What the death of a device costs the frame that is in flight: a cluster of processes on the loopback, one frame at a
// time; at a random moment of it a device gets SIGKILL, a thief and the source in turn. Prints for each kill the frame's
// time, the time that such a frame usually takes on the devices that remain (a median, measured right after it), and how
// much longer it took: at most one lease is what the cluster promises. A device that is dead is found out by the lease of
// the tile that it ran, or by its silence (schedule.heartbeat.lostAfterMs), which also frees what waited in its queue:
// both bounds are printed, with the ledger's clock step of 0.2 s in each.
// A frame of a gang begins again on the others: for these it also prints when the gateway had found the loss, after the kill, and
// how long the frame then took, beside the usual time.
// Usage: node bench/kills.mjs [--kills 20] [--seed 1] [--model yolov2] [--grid 5x5] [--depth 16] [--devices 3]
//                             [--yaml 'schedule: { lease: { floorMs: 1000 } }'] [--json]
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { values: options } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    model: { type: 'string', default: 'yolov2' },
    grid: { type: 'string', default: '5x5' },
    depth: { type: 'string', default: '16' },
    devices: { type: 'string', default: '3' },
    yaml: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});
const WARM_UP = 5;
const USUAL_FRAMES = 3;
/** Of the usual time of a frame on all devices: after it has begun, before it is likely to be over. */
const MOMENTS = [0.15, 0.8];
/** The gateway looks for what has run out this often (server/gateway/dispatch/ledger-runtime.ts). */
const TICK_MS = 200;
/** A frame that was over before its device was killed shows nothing: another one is tried. */
const MOST_TRIES = 5 * Number(options.kills);

const source = async (path) => (await runnerImport(fileURLToPath(new URL(path, import.meta.url)))).module;
const { startProcessCluster } = await source('../test/support/process-cluster.ts');
const { waitUntil } = await source('../test/support/test-cluster.ts');
const { seededRandom } = await source('../server/model/seeded-random.ts');

const samples = createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json');
const picture = readFileSync(samples.replace(/package\.json$/, 'demo/sample1.jpg'));
const weights = options.model === 'face-detector' ? '' : ', weights: synthetic';
const yaml =
  `model: { name: ${options.model}${weights} }\n` +
  `partition: { grid: ${options.grid}, fusedDepth: ${options.depth} }\n${options.yaml}\n`;

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const random = seededRandom(Number(options.seed));
const cluster = await startProcessCluster(yaml, Number(options.devices));
const { client, config } = cluster;
const { lease, heartbeat } = config.schedule;

async function runFrame(device) {
  const answer = await client.call('submitFrame', {
    query: { wait: 120, source: device },
    body: { mediaType: 'image/jpeg', bytes: picture },
    timeoutMs: 130_000,
  });
  return answer.json;
}

async function medianMs(device, frames = USUAL_FRAMES) {
  const times = [];
  for (let i = 0; i < frames; i++) times.push((await runFrame(device)).timing.totalMs);
  return median(times);
}

const stateIs = (device, state) => async () => {
  const { json } = await client.call('getCluster');
  return json.devices.find((entry) => entry.device === device).state === state;
};

/** What the gateway gives a device for one tile: a multiple of its usual time, or the floor. */
async function leaseMs() {
  const { json } = await client.call('getCluster');
  const tileMs = Math.max(...json.devices.map(({ counters }) => counters?.tileMs ?? 0));
  return Math.max(lease.floorMs, lease.factor * tileMs);
}

/** @returns null when the frame was over before. */
async function killOnce(role, momentMs) {
  const victim = role === 'source' ? 'e0' : 'e1';
  const submitted = runFrame('e0');
  await sleep(momentMs);
  cluster.process(victim).kill('SIGKILL');
  const killedMs = Date.now();
  const frame = await submitted;
  const inFlight = Date.parse(frame.endedAt) > killedMs;
  const { json: trace } = await client.call('getFrameTrace', { path: { frame: frame.id } });
  const taken = trace.tiles.filter(({ history }) =>
    history.some(({ event }) => event === 'lost' || event === 'expired'),
  );
  await waitUntil(stateIs(victim, 'lost'), 30_000);
  const usual = await medianMs(role === 'source' ? 'e1' : 'e0');
  cluster.start(victim);
  await waitUntil(stateIs(victim, 'live'), 30_000);
  if (!inFlight) return null;
  const ms = frame.timing.totalMs;
  const ended = (trace.gang ?? []).filter(({ end }) => end !== null).at(-1)?.endedAtMs ?? null;
  return {
    role,
    foundMs: ended === null ? null : ended - momentMs,
    againMs: ended === null ? null : ms - ended,
    atMs: momentMs,
    tilesTaken: taken.length,
    state: frame.state,
    ms,
    medianMs: usual,
    moreMs: ms - usual,
  };
}

const say = (text) => void (options.json ? process.stderr : process.stdout).write(text);
const show = (number) => number.toFixed(0).padStart(9);
const within = ({ moreMs, state }, ms) => state === 'complete' && moreMs <= ms + bound.tickMs;

function lineOf(kill) {
  const { role, atMs, tilesTaken, ms, medianMs: usual, moreMs, state, foundMs, againMs } = kill;
  const verdict = within(kill, bound.leaseMs) ? 'one lease' : within(kill, bound.lossMs) ? 'loss' : 'LONGER';
  const restart = foundMs === null ? '' : `, found after ${foundMs.toFixed(0)}, again ${againMs.toFixed(0)} ms`;
  return `${role.padEnd(8)}${[atMs, tilesTaken, ms, usual, moreMs].map(show).join('')}   ${state}, ${verdict}${restart}\n`;
}

const kills = [];
let bound;
let allMs;
try {
  await medianMs('e0', WARM_UP);
  allMs = await medianMs('e0', WARM_UP);
  const oneLease = await leaseMs();
  bound = { leaseMs: oneLease, lossMs: Math.max(oneLease, heartbeat.lostAfterMs), tickMs: TICK_MS };
  say(
    `${options.model} ${options.grid}, ${options.depth} layers, ${options.devices} devices; a frame on all of them: ${allMs} ms\n` +
      `one lease: ${bound.leaseMs} ms; lost after ${heartbeat.lostAfterMs} ms of silence\n` +
      'killed     at ms    tiles frame ms usual ms  more ms   within\n',
  );
  for (let tries = 0; kills.length < Number(options.kills); tries++) {
    if (tries >= MOST_TRIES) throw new Error(`only ${kills.length} of ${tries} frames were in flight when killed`);
    const [least, most] = MOMENTS;
    const role = kills.length % 2 === 0 ? 'thief' : 'source';
    const kill = await killOnce(role, allMs * (least + random() * (most - least)));
    if (kill !== null) {
      kills.push(kill);
      say(lineOf(kill));
    }
    // Again as fast as before: a device that has just started is not.
    await medianMs('e0');
  }
} finally {
  await cluster.stop();
}

const more = kills.map(({ moreMs }) => moreMs);
const summary = {
  kills: kills.length,
  complete: kills.filter(({ state }) => state === 'complete').length,
  withinLease: kills.filter((kill) => within(kill, bound.leaseMs)).length,
  withinLoss: kills.filter((kill) => within(kill, bound.lossMs)).length,
  medianMoreMs: median(more),
  worstMoreMs: Math.max(...more),
};
const begunAgain = kills.filter(({ foundMs }) => foundMs !== null);
if (begunAgain.length > 0) {
  const found = begunAgain.map(({ foundMs }) => foundMs);
  const again = begunAgain.map(({ againMs, medianMs: usual }) => againMs / usual);
  Object.assign(summary, {
    ...{ begunAgain: begunAgain.length, medianFoundMs: median(found), worstFoundMs: Math.max(...found) },
    ...{ medianAgainRatio: median(again), worstAgainRatio: Math.max(...again) },
  });
  say(
    `${begunAgain.length} begun again by a gang of the others: the loss found ${median(found).toFixed(0)} ms after the kill in the median, ` +
      `${Math.max(...found).toFixed(0)} at the worst; then ${median(again).toFixed(2)} times the usual frame, ` +
      `${Math.max(...again).toFixed(2)} at the worst\n`,
  );
}
say(
  `${summary.complete} of ${summary.kills} complete; ${summary.withinLease} within one lease more, ${summary.withinLoss} ` +
    `within the longer of lease and loss; more: median ${summary.medianMoreMs} ms, worst ${summary.worstMoreMs} ms\n`,
);
if (options.json) process.stdout.write(`${JSON.stringify({ bound, allDevicesMs: allMs, kills, summary }, null, 2)}\n`);
process.exitCode = summary.withinLoss === summary.kills ? 0 : 1;
