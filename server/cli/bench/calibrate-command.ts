import { writeFile } from 'node:fs/promises';
import { calibrateAsNode } from '../../calibration/calibration-process.js';
import { DeepThingsError } from '../../errors.js';
import type { Calibration } from '../../evaluation/simulate/calibration.js';
import { tileable } from '../../graph/cuts.js';
import { describeModel } from '../../model-files/describe-model.js';
import { ProgressLine } from '../terminal/progress-line.js';
import { formatBytes } from '../terminal/quantities.js';
import { printJson, printLine, printNote } from '../terminal/terminal.js';
import { textTable } from '../terminal/text-table.js';
import { Interruption } from '../up/interruption.js';
import { oneNumber } from './list-options.js';
import { modelChoice } from './model-choice.js';
import { CPU_CORES } from './testbed/testbed-options.js';

export interface CalibrateOptions {
  readonly model: string;
  readonly depth?: string;
  readonly engine: string;
  readonly cpu?: string;
  readonly json?: boolean;
  readonly out?: string;
}

/** `deepthings bench calibrate`: what everything takes on one core of this machine. */
export async function runCalibrate({ cpu, depth, engine, json, model: named, out }: CalibrateOptions): Promise<void> {
  const cpuCores = cpu === undefined ? null : oneNumber('--cpu', cpu, CPU_CORES);
  const progress = new ProgressLine();
  const model = modelChoice(named, undefined);
  const deepest = tileable((await describeModel(model)).graph).cuts.at(-1)?.layers ?? 0;
  const fused = depth === undefined ? deepest : oneNumber('--depth', depth, { least: 1, most: deepest, whole: true });
  const onStep = (what: string) => progress.show(`measuring ${what}`);
  const { signal } = new Interruption(() => {});
  const calibration = await calibrateAsNode(
    { model, depth: fused, engine },
    { group: 'calibration', cpuCores, onStep, signal },
  ).catch((error: unknown) => {
    throw signal.aborted ? new DeepThingsError('DT_INTERRUPTED', 'told to stop; nothing was written') : error;
  });
  progress.clear();
  if (out !== undefined) await writeFile(out, `${JSON.stringify(calibration, null, 2)}\n`);
  if (json) printJson(calibration);
  else printLine(describe(calibration));
  if (out !== undefined) printNote(`written to ${out}`);
}

function describe({ costs, model }: Calibration): string {
  const { assemblyMsPerMiB, engine, frameMs, inBlocks, letterboxMs, remaining, request, segments, tileMs } = costs;
  const speed = ({ callMs, macsPerMs }: { callMs: number; macsPerMs: number }) =>
    `${callMs.toFixed(2)} ms a call, ${(macsPerMs / 1e6).toFixed(1)} GMAC/s`;
  const { answerBytes, clientMs, msPerMiB, questionBytes, serverMs } = request;
  return textTable(
    [{ title: `${model}, one core` }, { title: '' }],
    [
      ...segments.map((segment) => [`${segment.nodes[0]} to ${segment.nodes.at(-1)}`, speed(segment)]),
      ['all fused layers', speed(engine)],
      ['in blocks of gangs', `${inBlocks.stages.toFixed(2)} times as long`],
      ['layer by layer', `${inBlocks.layers.toFixed(2)} times as long`],
      ['remaining layers', speed(remaining)],
      ['a tile', `${tileMs.toFixed(2)} ms, and ${assemblyMsPerMiB.toFixed(2)} ms a MiB put together`],
      ['a frame', `${frameMs.toFixed(1)} ms at its source, besides`],
      ['a request', `${clientMs.toFixed(2)} ms at the client, ${serverMs.toFixed(2)} ms at the server`],
      ['its bodies', `${msPerMiB.toFixed(2)} ms a MiB at each end`],
      ['its headers', `${formatBytes(questionBytes)} there, ${formatBytes(answerBytes)} back`],
      ['a picture', `${letterboxMs.toFixed(1)} ms to decode and letterbox`],
    ],
  );
}
