import type { EdgeMemory } from '../../measure/testbed-report.js';
import type { Estimate } from '../../statistics/estimate.js';
import { median } from '../../statistics/statistics.js';
import { GRIDS } from '../arithmetic.js';
import { findExperiment, pointsOf } from '../experiments/results.js';
import { speedupLimit } from '../speedup-limit.js';
import {
  commandOf,
  firstEstimate,
  type Results,
  reportOf,
  sampled,
  scaled,
  simulatedSpeedup,
  simulatedTwin,
  speedupOf,
} from './number-facts.js';

/** A number that ours must reach on test hosts, or that is reported beside. */
export interface NumberRow {
  readonly what: string;
  /** Of the paper's C program on the same kind of hosts; empty where it was not measured. */
  readonly reference: string;
  readonly goal: { readonly value: number; readonly atMost: boolean } | null;
  readonly unit: 's' | 'x' | 'MiB' | '%';
  readonly measured: Estimate | null;
  readonly simulated: number | null;
  readonly note: string;
  readonly command: string;
}

const atMost = (value: number) => ({ value, atMost: true });
const atLeast = (value: number) => ({ value, atMost: false });
const plain = (value: number): Estimate => ({ value, low: null, high: null });

/** Every row, in the order of the table. */
export function numberRows(results: Results): readonly NumberRow[] {
  return [
    frameRow(results, 'number-1', 'one frame on 1 device of 0.25 core, 50 Mbit/s, 5x5', '6.4 s', 1.6),
    frameRow(results, 'number-6', 'one frame on 6 devices of 0.25 core, 50 Mbit/s, 5x5', '2.5 s', 0.5),
    sourcesRow(results),
    ...memoryRows(results),
    oneDeviceRow(results),
    ...slowRows(results),
    bytesRow(results, 'number-6', 'F32 maps', '7.3 MiB', 5.5),
    bytesRow(results, 'number-6-f16', 'F16 maps', '', 4),
    ...limitRows(results, 'number', 'number-6', '0.25 core, 50 Mbit/s, 5x5'),
    ...GRIDS.flatMap((grid) =>
      limitRows(results, 'twentieth', `twentieth-6-${grid}`, `0.05 core, 100 Mbit/s, ${grid}`),
    ),
  ];
}

function frameRow(results: Results, id: string, what: string, reference: string, goal: number): NumberRow {
  const stored = findExperiment(results, id);
  const measured = firstEstimate(stored, 'latency');
  const point = stored === null ? null : (pointsOf(stored)[0] ?? null);
  const twin = point === null ? null : simulatedTwin(results, 'simulated-here-frames', point);
  return {
    ...{ what, reference, goal: atMost(goal), unit: 's', measured },
    simulated: twin === null ? null : median(twin.samples.latency),
    note: 'median',
    command: commandOf(stored),
  };
}

function sourcesRow(results: Results): NumberRow {
  const stored = findExperiment(results, 'number-6-sources');
  const report = reportOf(stored);
  const perBatch = report?.samples.map(({ fusedSeconds }) => fusedSeconds) ?? [];
  return {
    what: '12 frames of 6 sources at once on 6 devices of 0.25 core, 50 Mbit/s, 5x5',
    reference: '26 s',
    goal: atMost(4),
    unit: 's',
    measured: sampled(perBatch),
    simulated: null,
    note: 'from the first letterboxed picture to the last merged output',
    command: commandOf(stored),
  };
}

function memoryRows(results: Results): readonly NumberRow[] {
  const stored = findExperiment(results, 'number-6');
  const memory = reportOf(stored)?.edgeMemory;
  const row = (who: string, goal: number, peak: EdgeMemory | null | undefined) => ({
    what: `peak resident memory of ${who}, file pages told apart`,
    reference: '267 MiB (control group)',
    goal: atMost(goal),
    unit: 'MiB' as const,
    measured: peak == null ? null : plain(peak.anonymousMiB),
    simulated: null,
    note:
      peak == null
        ? ''
        : `beside it ${peak.fileMiB.toFixed(0)} MiB of file pages; at most ${peak.residentMiB.toFixed(0)} together`,
    command: commandOf(stored),
  });
  return [row('a device that only steals', 144, memory?.thief), row('a source', 176, memory?.source)];
}

function oneDeviceRow(results: Results): NumberRow {
  const outcome = findExperiment(results, 'one-device')?.outcome;
  const ratios = outcome?.kind === 'one-device' ? outcome.pairs.map((pair) => pair.tiledMs / pair.untiledMs) : [];
  return {
    what: 'one device, 5x5 with reuse, over the untiled network in one process',
    reference: '',
    goal: atMost(1.15),
    unit: 'x',
    measured: sampled(ratios),
    simulated: null,
    note: 'on the loopback, without quotas; median of pairs',
    command: 'node bench/one-device.mjs',
  };
}

/** The best grid of slow devices, against one of them with the untiled network, and against what is simulated. */
function slowRows(results: Results): readonly NumberRow[] {
  const tried = GRIDS.flatMap((grid) => {
    const stored = findExperiment(results, `twentieth-6-${grid}`);
    const measured = speedupOf(results, 'twentieth', stored);
    return stored === null || measured === null ? [] : [{ grid, stored, measured }];
  });
  const best = tried.reduce<(typeof tried)[number] | null>(
    (most, one) => (most === null || one.measured.value > most.measured.value ? one : most),
    null,
  );
  const simulated = best === null ? null : simulatedSpeedup(results, 'simulated-here-twentieth', best.grid);
  const share = (value: number) => (100 * value) / simulated!;
  const facts = { reference: '', simulated, command: commandOf(best?.stored ?? null) };
  return [
    {
      ...facts,
      what: '6 devices of 0.05 core, 100 Mbit/s: speedup over the untiled network on one',
      reference: '2.6x at 0.25 core, over its own single device',
      goal: atLeast(3.5),
      unit: 'x',
      measured: best?.measured ?? null,
      note: best === null ? '' : `best grid: ${best.grid}; untiled: one tile, on a device of the same kind`,
    },
    {
      ...facts,
      what: 'the same, as a share of what the simulator says is possible',
      goal: atLeast(80),
      unit: '%',
      measured: best === null || simulated === null ? null : scaled(best.measured, share),
      simulated: null,
      note: simulated === null ? '' : `simulated with this machine’s calibration: ${simulated.toFixed(2)}x`,
    },
  ];
}

function bytesRow(results: Results, id: string, maps: string, reference: string, goal: number): NumberRow {
  const stored = findExperiment(results, id);
  return {
    what: `sent for one frame, 6 devices, 5x5, ${maps}`,
    ...{ reference, goal: atMost(goal), unit: 'MiB', simulated: null },
    measured: firstEstimate(stored, 'sentMiB'),
    note: 'bodies of inputs, overlap and results',
    command: commandOf(stored),
  };
}

function limitRows(results: Results, untiled: string, id: string, what: string): readonly NumberRow[] {
  const stored = findExperiment(results, id);
  const report = reportOf(stored);
  const alone = reportOf(findExperiment(results, `${untiled}-untiled`));
  if (stored === null || report === null || alone === null || report.linkMbps === null) return [];
  const { computeSeconds, linkSeconds, speedup } = speedupLimit({
    untiledSeconds: alone.fusedSeconds,
    devices: report.devices,
    linkMbps: report.linkMbps,
    strategy: report.strategy,
    wireBytesPerFrame: report.wireBytesPerFrame,
  });
  const set = untiled === 'twentieth' ? 'simulated-here-twentieth' : 'simulated-here-frames';
  return [
    {
      what: `speedup of 6 devices of ${what}, over the untiled network on one`,
      ...{ reference: '', goal: null, unit: 'x' },
      measured: speedupOf(results, untiled, stored),
      simulated: simulatedSpeedup(results, set, report.grid),
      note:
        `limit ${speedup.toFixed(2)}x: computing takes all devices ${computeSeconds.toFixed(2)} s, ` +
        `the busiest link takes ${linkSeconds.toFixed(2)} s`,
      command: commandOf(stored),
    },
  ];
}
