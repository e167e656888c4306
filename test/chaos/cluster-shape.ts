import type { Schemas } from '../../client/client.js';
import { STRATEGIES } from '../../server/scheduling/strategies/strategy.js';
import type { Draws } from './draws.js';

export type Strategy = Schemas['Strategy'];

/** A small cluster with a small, fast model. */
export interface ClusterShape {
  readonly devices: number;
  /** How many of the devices, the last ones, only steal. */
  readonly stealOnly: number;
  readonly model: string;
  /** Edge of the square input, pixels. */
  readonly size: number;
  readonly grid: string;
  readonly depth: number;
  readonly strategy: Strategy;
  readonly order: 'adaptive' | 'paper';
  readonly via: 'peer' | 'gateway';
  readonly policy: 'always' | 'cost';
  readonly prefetch: number;
  /** Of tiles that are run twice: whatever is done to devices, none of them computes wrongly. */
  readonly audited: number;
}

/** What the checker counts with. */
export const LIMITS = {
  attempts: 6,
  frameTimeoutMs: 45_000,
  lostAfterMs: 2_500,
} as const;

const MODELS = [
  { model: 'face-detector', sizes: [224, 416, 608], depths: [5, 8, 11] },
  { model: 'yolov2-tiny', sizes: [224, 416, 608], depths: [4, 6, 8] },
] as const;

/** @param strategies those of the clusters. */
export function drawShape(draws: Draws, strategies: readonly Strategy[] = STRATEGIES): ClusterShape {
  const devices = draws.whole(2, 4);
  const { model, sizes, depths } = draws.among(MODELS);
  return {
    devices,
    stealOnly: draws.chance(0.2) ? 1 : 0,
    model,
    size: draws.among<number>(sizes),
    grid: draws.among(['2x2', '3x3', '2x4', '4x4', '5x3']),
    depth: draws.among<number>(depths),
    // The one that most clusters run, and that has the most to go wrong.
    strategy: draws.chance(0.4) && strategies.includes('ftp-wst-s') ? 'ftp-wst-s' : draws.among(strategies),
    order: draws.among(['adaptive', 'paper']),
    via: draws.among(['peer', 'gateway']),
    policy: draws.among(['always', 'cost']),
    prefetch: draws.whole(0, 2),
    audited: draws.among([0, 0, 0.3, 1]),
  };
}

/** How a node is reached: `address` is where a proxy stands before it, `listen` the node itself. */
export interface NodePorts {
  readonly address: number;
  readonly listen: number;
}

/**
 * cluster.yaml of such a cluster. Leases and heartbeats are short, so that a run takes seconds; attempts are many, so
 * that a frame fails only by what is done to it.
 *
 * @param extra text of further sections.
 */
export function clusterYaml(
  shape: ClusterShape,
  gateway: NodePorts,
  devices: readonly NodePorts[],
  extra = '',
): string {
  const { model, size, grid, depth, strategy, order, via, policy, prefetch, audited } = shape;
  const weights = model === 'face-detector' ? '' : ', weights: synthetic';
  const { attempts, frameTimeoutMs, lostAfterMs } = LIMITS;
  const place = ({ address, listen }: NodePorts) =>
    `address: 'http://127.0.0.1:${address}', listen: '127.0.0.1:${listen}'`;
  const lines = devices.map((ports, i) => {
    const source = i < shape.devices - shape.stealOnly ? '' : ', source: false';
    return `  - { id: e${i}, ${place(ports)}${source} }`;
  });
  return [
    'name: chaos',
    `model: { name: ${model}, width: ${size}, height: ${size}${weights} }`,
    `partition: { grid: ${grid}, fusedDepth: ${depth} }`,
    'schedule:',
    `  strategy: ${strategy}`,
    `  order: ${order}`,
    `  prefetch: ${prefetch}`,
    `  lease: { floorMs: 1500, waitingMs: 3000, attempts: ${attempts} }`,
    `  heartbeat: { intervalMs: 250, lostAfterMs: ${lostAfterMs} }`,
    `overlap: { via: ${via}, policy: ${policy} }`,
    'wire: { maps: f32 }',
    `audit: { fraction: ${audited} }`,
    `limits: { keptOutputs: 100, eventsKept: 100000, frameTimeoutMs: ${frameTimeoutMs} }`,
    'log: { level: debug }',
    ...(extra === '' ? [] : [extra]),
    // Its maps are compared, and of a frame that the gateway computes by itself there are none.
    `gateway: { ${place(gateway)}, compute: false }`,
    'devices:',
    ...lines,
    '',
  ].join('\n');
}
