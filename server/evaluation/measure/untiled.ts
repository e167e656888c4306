import { startComputeThread } from '../../compute/compute-thread.js';
import type { ComputeResult } from '../../compute/messages.js';
import type { TileJob } from '../../compute/tile-executor.js';
import type { ClusterConfig } from '../../config/cluster-config.js';
import { createEngine } from '../../engine/engines.js';
import { partOf } from '../../graph/part.js';
import { loadModel } from '../../model-files/load-model.js';
import { planCluster } from '../../node/cluster-plan.js';
import { normaliseBytes } from '../../tensor/normalise.js';

/** The fused stack run whole, as one tile of a 1 x 1 grid, in one process. */
export interface Untiled {
  /** @param input the letterboxed picture, `[3, height, width]`; copied. */
  run(input: Uint8Array): Promise<ComputeResult<'tile'>>;
  close(): Promise<void>;
}

export async function startUntiled(config: ClusterConfig): Promise<Untiled> {
  const compute = await startComputeThread({
    model: config.model,
    engine: { ...config.gateway.engine, threads: 1 },
    stage: { kind: 'fused', depth: (await planCluster(config)).plan.stage.values, grid: { rows: 1, columns: 1 } },
  });
  return { run: (input) => compute.runTile(wholeTile(input.slice())), close: () => compute.close() };
}

/**
 * @param input the letterboxed picture, `[3, height, width]`.
 * @returns what the fused stack hands over, by output of the plan, `[channels, height, width]` each.
 */
export async function runUntiled(config: ClusterConfig, input: Uint8Array): Promise<readonly Float32Array[]> {
  const untiled = await startUntiled(config);
  try {
    return (await untiled.run(input)).outputs;
  } finally {
    await untiled.close();
  }
}

/**
 * Runs the model's graph whole, in one engine call.
 *
 * @param input the letterboxed picture, `[3, height, width]`.
 * @returns the maps that a gang hands over, by output of its plan, `[channels, height, width]` each.
 */
export async function runWholeGraph(config: ClusterConfig, input: Uint8Array): Promise<readonly Float32Array[]> {
  const { maps, values } = (await planCluster(config)).gang.stage;
  const { graph, network } = await loadModel(config.model);
  const { name, ...options } = config.gateway.engine;
  const engine = await createEngine(name, { ...options, threads: 1 });
  const loaded = await engine.loadGraph(partOf(graph, graph.nodes, graph.inputs, values));
  try {
    const [picture] = graph.inputs as [string];
    const data = normaliseBytes(input, maps[0]!, network.preprocessing);
    const outputs = await loaded.run(new Map([[picture, { shape: graph.values.get(picture)!.shape, data }]]));
    return values.map((value) => outputs.get(value)!.data as Float32Array);
  } finally {
    await loaded.release();
  }
}

/** A tile as if it had no neighbours. */
export function wholeTile(input: Uint8Array, tileId = 0): TileJob {
  return { tileId, offers: {}, input, strips: [], keepIn: null };
}
