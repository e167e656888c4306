import { formatGrid } from '../../geometry/grid.js';
import type { Advice } from '../../planner/advice.js';
import type { OneDevice } from '../../planner/one-device.js';
import type { Prediction } from '../../planner/prediction.js';
import type { SearchResult } from '../../planner/search.js';
import { formatBytes, formatCount, formatDuration } from '../terminal/quantities.js';
import { paint } from '../terminal/terminal.js';
import { type Column, right, textTable } from '../terminal/text-table.js';
import { adviceSentences, sizeTable } from './advice-text.js';
import type { PlannedCluster } from './planned-cluster.js';

/** More frames a second by less than this are as many. */
const MORE_FRAMES = 1.05;

/** Results of `plan --optimize`. */
export interface Optimized {
  readonly search: SearchResult;
  /** How the best plan does with fewer devices, and what bounds it; null where there is none. */
  readonly advice: Advice | null;
  /** The prediction for cluster.yaml as it is; null when its frames fail. */
  readonly present: Prediction | null;
  readonly alone: OneDevice;
  /** Whether one device without a cluster is the best there is. */
  readonly stayAlone: boolean;
}

/** Names the plan that a prediction is of: `auto, f32`, or `3x3, 16 layers, ftp-wst-s, f32`. */
export function nameOf(prediction: Prediction): string {
  const { maps, strategy } = prediction.candidate;
  const [grid, layers] = cutCells(prediction);
  return [...(grid === '' ? [] : [grid, `${layers} layers`]), strategy, maps].join(', ');
}

/** The same for people: the advice in words, then tables. */
export function optimizedText(
  { advice, alone, present, search, stayAlone }: Optimized,
  cluster: PlannedCluster,
): string {
  const { config, environment } = cluster;
  const devices = formatCount(environment.shares.length, 'device');
  const looked = [
    `${formatCount(search.simulated, 'plan')} of ${search.candidates} simulated, ${search.pruned} ruled out by their bounds`,
    ...(search.prunedCuts === 0
      ? []
      : [`all tiles that end at ${formatCount(search.prunedCuts, 'place')} ruled out by a bound`]),
    ...(search.tooLarge === 0 ? [] : [`${search.tooLarge} by memory`]),
    ...(search.cutShort ? ['time was up (--seconds)'] : []),
  ];
  const columns = ['latency', 'frames/s', 'memory', 'bytes', 'MACs'].map(right);
  const rows = search.best.map((prediction) => [...choiceCells(prediction), ...figures(prediction), prediction.limit]);
  const others = [
    ...(present === null ? [] : [[...choiceCells(present), ...figures(present), `as ${config.file} has it`]]),
    [
      ...['', '', 'one device', ''],
      formatDuration(alone.latencyMs),
      alone.framesPerSecond.toFixed(2),
      formatBytes(Math.round(alone.bytes)),
      ...['', '', 'no cluster'],
    ],
  ];
  const titles: readonly Column[] = [{ title: 'strategy' }, { title: 'maps' }];
  const cut = [{ title: 'grid' }, right('layers')];
  const table = textTable([...cut, ...titles, ...columns, { title: 'most of the time goes to' }], [...rows, ...others]);
  const words = [
    paint(
      process.stdout,
      'bold',
      headline(search.best[0], alone, stayAlone ? (isFasterUnderLoad(advice) ? 'one-frame' : 'always') : 'never'),
    ),
    ...(advice === null ? [] : adviceSentences(advice)),
  ];
  const sizes = advice === null || advice.sizes.length < 2 ? '' : `\n\n${sizeTable(advice)}`;
  return `${words.join('\n')}${sizes}\n\n${table}\n\n(${devices}; ${looked.join('; ')})`;
}

/** Returns whether the cluster computes more frames a second than one of its devices. */
function isFasterUnderLoad(advice: Advice | null): boolean {
  const [one, all] = [advice?.sizes[0]?.load, advice?.sizes.at(-1)?.load];
  return one != null && all != null && all.framesPerSecond > MORE_FRAMES * one.framesPerSecond;
}

/** @param isAloneBest when one device without a cluster is the best there is. */
function headline(
  best: Prediction | undefined,
  alone: OneDevice,
  isAloneBest: 'always' | 'one-frame' | 'never',
): string {
  if (isAloneBest !== 'never') {
    const than = best === undefined ? '' : `, which the best plan takes ${formatDuration(best.latencyMs)} for`;
    const what =
      isAloneBest === 'always' ? 'Stay on one device' : 'For one frame at a time one device alone is as fast';
    return `${what}: a frame takes it ${formatDuration(alone.latencyMs)}${than}`;
  }
  return `${nameOf(best!)} is best: a frame takes ${formatDuration(best!.latencyMs)}, and ${formatDuration(alone.latencyMs)} on one device alone`;
}

/** Grid and number of layers; empty where all layers are shared out. */
function cutCells({ candidate }: Prediction): readonly [grid: string, layers: string] {
  return candidate.kind === 'gang' ? ['', ''] : [formatGrid(candidate.grid), String(candidate.depth)];
}

function choiceCells(prediction: Prediction): readonly string[] {
  const { maps, strategy } = prediction.candidate;
  return [...cutCells(prediction), strategy, maps];
}

function figures(prediction: Prediction): readonly string[] {
  const { bytesPerFrame, candidate, framesPerSecond, latencyMs, macsRatio } = prediction;
  const memory = formatBytes(Math.round(candidate.deviceBytes));
  return [
    formatDuration(latencyMs),
    framesPerSecond.toFixed(2),
    memory,
    formatBytes(Math.round(bytesPerFrame)),
    macsRatio.toFixed(2),
  ];
}

/** The same for programs. */
export function optimizedDocument(
  { advice, alone, present, search: { best, ...search }, stayAlone }: Optimized,
  { costs, environment }: PlannedCluster,
  changes: readonly string[] | null,
) {
  return {
    stayOnOneDevice: stayAlone,
    devices: environment.shares.length,
    costs: costs.origin,
    advice: advice === null ? null : { sentences: adviceSentences(advice), ...advice },
    best: best.map(plain),
    present: present === null ? null : plain(present),
    oneDevice: alone,
    search,
    ...(changes !== null && { changes }),
  };
}

function plain({ candidate, limit, ...figures }: Prediction) {
  const { deviceBytes, maps, strategy } = candidate;
  const cut = candidate.kind === 'gang' ? {} : { grid: formatGrid(candidate.grid), fusedDepth: candidate.depth };
  return { ...cut, strategy, maps, ...figures, deviceBytes, limit };
}
