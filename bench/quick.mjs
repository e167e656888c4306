// Did something get slower? Ratios of times that were taken in turn within one run, so that how fast the machine is, and
// what else it does, matters little; beside each the one last known (bench/quick-known.json). Reports, and never fails for
// a ratio. A cluster of one device and one of three on the loopback, and the untiled fused stack in this process.
// Usage: node bench/quick.mjs [--seconds 80] [--update]     (--update makes this run's ratios the last known ones)
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { source } from './sources.mjs';

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '80' }, update: { type: 'boolean', default: false } },
});
const KNOWN = new URL('quick-known.json', import.meta.url);
const YAML = 'model: { name: yolov2, weights: synthetic }\npartition: { grid: 5x5, fusedDepth: 16 }\n';
const DEVICES = 3;
const OTHERS = ['ftp-wst', 'ftp-wsh', 'modnn'];
const WARM_UP = 2;

const { startProcessCluster } = await source('test/support/process-cluster.ts');
const { samplePhoto } = await source('test/support/frames.ts');
const { frameInput } = await source('server/evaluation/measure/frame-tensors.ts');
const { machineFacts } = await source('server/evaluation/hosts/machine-facts.ts');
const { median, quantile } = await source('server/evaluation/statistics/statistics.ts');
const { startUntiled } = await source('server/evaluation/measure/untiled.ts');

const startedMs = performance.now();
const bytes = samplePhoto('sample1.jpg');
const closing = [];
const rounds = [];
try {
  const one = await startProcessCluster(YAML, 1);
  closing.push(() => one.stop());
  const several = await startProcessCluster(YAML, DEVICES);
  closing.push(() => several.stop());
  const untiled = await startUntiled(one.config);
  closing.push(() => untiled.close());
  const first = await frameOf(one, 'ftp-wst-s');
  const { json: plan } = await one.client.call('getPlan');
  const input = await frameInput(one.client, first.frame.id, plan.stages[0].maps[0].width);
  for (let round = -WARM_UP; performance.now() - startedMs < 1000 * Number(options.seconds); round++) {
    const { computeMs } = await untiled.run(input);
    const alone = await frameOf(one, 'ftp-wst-s');
    const together = await frameOf(several, 'ftp-wst-s');
    const others = [];
    for (const strategy of OTHERS) others.push(await frameOf(several, strategy));
    if (round >= 0) rounds.push(ratiosOf(computeMs, alone, together, others));
  }
} finally {
  for (const close of closing.reverse()) await close();
}

async function frameOf({ client }, strategy) {
  const { json: frame } = await client.call('submitFrame', {
    query: { wait: 60, strategy, source: 'e0' },
    body: { mediaType: 'image/jpeg', bytes },
    timeoutMs: 70_000,
  });
  const { json: trace } = await client.call('getFrameTrace', { path: { frame: frame.id } });
  return { frame, trace, ms: frame.timing.fusedMs };
}

function ratiosOf(untiledMs, alone, together, others) {
  const work = ({ trace }) => trace.macs.executed / trace.macs.needed;
  const sent = ({ trace: { bytes } }) => Object.values(bytes).reduce((sum, value) => sum + value, 0);
  return {
    'time: 1 device, ftp-wst-s / untiled in one process': alone.ms / untiledMs,
    [`time: ${DEVICES} devices, ftp-wst-s / 1 device`]: together.ms / alone.ms,
    ...Object.fromEntries(
      others.map((other, i) => [`time: ${DEVICES} devices, ${OTHERS[i]} / ftp-wst-s`, other.ms / together.ms]),
    ),
    'MACs: 1 device, ftp-wst-s / needed': work(alone),
    [`MACs: ${DEVICES} devices, ftp-wst-s / needed`]: work(together),
    ...Object.fromEntries(
      others.map((other, i) => [`bytes: ${DEVICES} devices, ftp-wst-s / ${OTHERS[i]}`, sent(together) / sent(other)]),
    ),
  };
}

const LEAST_ROUNDS = 3;
const { cores, load, processor } = machineFacts();
if (rounds.length < LEAST_ROUNDS) {
  process.stdout.write(`bench:quick: only ${rounds.length} rounds in ${options.seconds} s, too few to say anything\n`);
  process.exit();
}
const known = existsSync(KNOWN) ? JSON.parse(readFileSync(KNOWN, 'utf8')) : null;
const ratios = Object.fromEntries(Object.keys(rounds[0]).map((name) => [name, median(rounds.map((row) => row[name]))]));
process.stdout.write(
  `YOLOv2, 16 layers, 5x5, ${rounds.length} rounds; ${processor}, ${cores} cores, load ${load}; ` +
    `${known === null ? 'none last known: --update' : `last known: ${known.processor}, ${known.cores} cores, load ${known.load}`}\n\n` +
    `${'medians'.padEnd(54)}${'now'.padStart(7)}${'p10-p90'.padStart(14)}${'last'.padStart(8)}${'change'.padStart(9)}\n`,
);
for (const [name, ratio] of Object.entries(ratios)) {
  const all = rounds.map((row) => row[name]);
  const last = known?.ratios[name];
  const change = last === undefined ? '' : `${ratio < last ? '' : '+'}${(100 * (ratio / last - 1)).toFixed(0)} %`;
  const spread = `${quantile(all, 0.1).toFixed(2)}-${quantile(all, 0.9).toFixed(2)}`;
  process.stdout.write(
    `${name.padEnd(54)}${ratio.toFixed(2).padStart(7)}${spread.padStart(14)}` +
      `${(last?.toFixed(2) ?? '').padStart(8)}${change.padStart(9)}\n`,
  );
}
if (availableParallelism() < DEVICES + 1) {
  process.stdout.write(
    `\n${DEVICES} devices share ${cores} cores here: their times say nothing of a cluster's speed.\n`,
  );
}
if (options.update) {
  const rounded = Object.fromEntries(Object.entries(ratios).map(([name, ratio]) => [name, Number(ratio.toFixed(3))]));
  writeFileSync(KNOWN, `${JSON.stringify({ processor, cores, load, ratios: rounded }, null, 2)}\n`);
}
