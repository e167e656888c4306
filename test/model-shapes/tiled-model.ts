import { expect } from 'vitest';
import { loadRemainingGraph } from '../../server/compute/remaining-graph.js';
import { runTiles } from '../../server/compute/run-tiles.js';
import { loadTileExecutor } from '../../server/compute/tile-executor.js';
import { createEngine } from '../../server/engine/engines.js';
import type { Tensor } from '../../server/engine/inference-engine.js';
import { normaliseOnnx } from '../../server/engine/onnxruntime/onnx-normalisation.js';
import { type ImportedModel, type ImportOptions, importOnnx } from '../../server/formats/onnx/import-onnx.js';
import { fuseStage, planFtp } from '../../server/geometry/ftp-plan.js';
import type { Grid } from '../../server/geometry/grid.js';
import { tileable } from '../../server/graph/cuts.js';
import { elementCount, type Graph } from '../../server/graph/graph.js';
import { seededRandom } from '../../server/model/seeded-random.js';

type Tensors = ReadonlyMap<string, Tensor>;

export const imported = (bytes: Uint8Array, size?: ImportOptions['size']): Promise<ImportedModel> =>
  importOnnx(bytes, { name: 'model', normalise: normaliseOnnx, ...(size && { size }) });

/** As heads are recognised by. */
export function outputsOf(graph: Graph) {
  return graph.outputs.map((name) => ({ name, ...graph.values.get(name)! }));
}

/** Numbers from 0 to 1, in patches as large as things in photographs. */
export function pictureOf(graph: Graph, seed = 5): Tensor {
  const { shape } = graph.values.get(graph.inputs[0]!)!;
  const [, , height, width] = shape as [number, number, number, number];
  const random = seededRandom(seed);
  const patches = Float32Array.from({ length: 3 * 16 * 16 }, random);
  const data = Float32Array.from({ length: elementCount(shape) }, (_, i) => {
    const [channel, cell] = [Math.floor(i / (height * width)), i % (height * width)];
    const [row, column] = [Math.floor((cell / width / height) * 16), Math.floor(((cell % width) / width) * 16)];
    // Of bytes, as pictures are.
    return Math.round(255 * (0.8 * patches[channel * 256 + row * 16 + column]! + 0.2 * random())) / 255;
  });
  return { shape, data };
}

export interface TiledModel {
  /** The share of the work before the cut. */
  readonly share: number;
  readonly outputs: Tensors;
}

/** Runs a graph in tiles with reuse up to its last cut, and what follows whole. */
export async function runTiled(graph: Graph, { data, shape }: Tensor, grid: Grid): Promise<TiledModel> {
  const engine = await createEngine('onnxruntime', { threads: 1 });
  const { cuts, local } = tileable(graph);
  const plan = planFtp(fuseStage(graph, local, cuts.at(-1)!), grid);
  const executor = await loadTileExecutor(engine, plan, (bytes) => Float32Array.from(bytes, (byte) => byte / 255));
  const picture = Uint8Array.from(data as Float32Array, (value) => Math.round(255 * value));
  expect(shape.slice(1)).toEqual([plan.maps[0]!.channels, plan.maps[0]!.height, plan.maps[0]!.width]);
  const { merged } = await runTiles(executor, plan, picture);
  await executor.release();
  const remaining = await loadRemainingGraph(engine, plan.stage);
  const outputs = await remaining.run(merged);
  await remaining.release();
  const share = plan.stage.macs / (plan.stage.macs + plan.remainingMacs);
  return { share, outputs: new Map(outputs.map((output) => [output.name, output])) };
}
