import { loadGraphTiles, runInTiles } from '../../server/compute/graph-tiles.js';
import { createEngine } from '../../server/engine/engines.js';
import type { Tensor } from '../../server/engine/inference-engine.js';
import { normaliseOnnx } from '../../server/engine/onnxruntime/onnx-normalisation.js';
import { type ImportedModel, type ImportOptions, importOnnx } from '../../server/formats/onnx/import-onnx.js';
import type { Grid } from '../../server/geometry/grid.js';
import { wholeMap } from '../../server/geometry/region.js';
import { tileable } from '../../server/graph/cuts.js';
import { elementCount, type Graph } from '../../server/graph/graph.js';
import { chooseCut } from '../../server/graph/tiles/choose-cut.js';
import { segmentStage } from '../../server/graph/tiles/graph-segments.js';
import { restOf } from '../../server/graph/tiles/rest.js';
import { stageOf } from '../../server/graph/tiles/stage.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import { runGraph } from '../support/onnx-run.js';

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
    return 0.8 * patches[channel * 256 + row * 16 + column]! + 0.2 * random();
  });
  return { shape, data };
}

export interface TiledModel {
  /** The share of the work before the cut. */
  readonly share: number;
  readonly outputs: Tensors;
}

/** Runs a graph in tiles with reuse up to its cheapest cut, and what follows whole. */
export async function runTiled(graph: Graph, picture: Tensor, grid: Grid): Promise<TiledModel> {
  const engine = await createEngine('onnxruntime', { threads: 1 });
  const parts = tileable(graph);
  const { cut } = chooseCut(graph, parts, grid)!;
  const stage = segmentStage(stageOf(graph, parts.local, cut));
  const tiles = await loadGraphTiles(engine, stage);
  const [, channels, height, width] = picture.shape as [number, number, number, number];
  const whole = { region: wholeMap({ channels, height, width }), data: picture.data as Float32Array };
  const inputs = new Map([[graph.inputs[0]!, whole]]);
  const { values } = await runInTiles(tiles, { stage, cut, grid, reuse: true }, inputs);
  await tiles.release();
  const rest = restOf(stage);
  const read = rest.inputs.map((name) => [name, values.get(name) ?? picture] as const);
  const outputs = rest.nodes.length === 0 ? values : await runGraph(rest, Object.fromEntries(read));
  return { share: cut.macs / parts.macs, outputs: new Map([...values, ...outputs]) };
}

/** The largest difference of two tensors, as a share of what may differ: 1e-5 of the largest number, 1e-6 at least. */
export function differenceOf({ data: right }: Tensor, { data: got }: Tensor): number {
  if (got.length !== right.length) return Number.POSITIVE_INFINITY;
  let [difference, largest] = [0, 0];
  for (let i = 0; i < right.length; i++) {
    const apart = Math.abs(Number(right[i]) - Number(got[i]));
    if (!(apart <= difference)) difference = apart;
    largest = Math.max(largest, Math.abs(Number(right[i])));
  }
  return difference / Math.max(1e-5 * largest, 1e-6);
}
