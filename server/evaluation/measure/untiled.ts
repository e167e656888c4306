import { startComputeThread } from '../../compute/compute-thread.js';
import type { ComputeResult } from '../../compute/messages.js';
import type { TileJob } from '../../compute/tile-executor.js';
import type { ClusterConfig } from '../../config/cluster-config.js';
import { planCluster } from '../../node/cluster-plan.js';
import type { Strategy } from '../../scheduling/strategies/strategy.js';

/** The part of the network that devices compute, run whole, as one tile of a 1 x 1 grid, in one process. */
export interface Untiled {
  /** @param input the letterboxed picture, `[3, height, width]`; copied. */
  run(input: Uint8Array): Promise<ComputeResult<'tile'>>;
  close(): Promise<void>;
}

/** @param outputs of the strategy: blocks are of the gang's part of the network, all others of the fused stack. */
export async function startUntiled(config: ClusterConfig, outputs: Strategy['outputs'] = 'tiles'): Promise<Untiled> {
  const { gang, plan } = await planCluster(config);
  const { values } = outputs === 'blocks' ? gang.stage : plan.stage;
  const compute = await startComputeThread({
    model: config.model,
    engine: { ...config.gateway.engine, threads: 1 },
    stage: { kind: 'fused', depth: values, grid: { rows: 1, columns: 1 } },
  });
  return { run: (input) => compute.runTile(wholeTile(input.slice())), close: () => compute.close() };
}

/**
 * @param input the letterboxed picture, `[3, height, width]`.
 * @param outputs as of `startUntiled`.
 * @returns the maps that devices hand over, by output of the plan, `[channels, height, width]` each.
 */
export async function runUntiled(
  config: ClusterConfig,
  input: Uint8Array,
  outputs: Strategy['outputs'] = 'tiles',
): Promise<readonly Float32Array[]> {
  const untiled = await startUntiled(config, outputs);
  try {
    return (await untiled.run(input)).outputs;
  } finally {
    await untiled.close();
  }
}

/** A tile as if it had no neighbours. */
export function wholeTile(input: Uint8Array, tileId = 0): TileJob {
  return { tileId, offers: {}, input, strips: [], keepIn: null };
}
