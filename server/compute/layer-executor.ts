import type { InferenceEngine, LoadedNetwork, Tensor } from '../engine/inference-engine.js';
import { DeepThingsError } from '../errors.js';
import type { LayerGeometry } from '../geometry/modnn/layer.js';
import type { LayerChain } from '../geometry/modnn/layer-chain.js';
import {
  containsRegion,
  intersectRegions,
  isEmptyRegion,
  type MapShape,
  paddedRegion,
  type Region,
  shapeText,
  wholeMap,
} from '../geometry/region.js';
import { segmentGraph } from '../geometry/segment-graph.js';
import { placeRegion, regionShape, valuesOf } from '../tensor/planes.js';
import type { LayerJob, LayerPiece } from './messages.js';
import type { Normalise } from './tile-executor.js';

/** Runs slices of single layers, as MoDNN does: a call of the engine for each layer, on rows put together by hand. */
export interface LayerExecutor {
  /**
   * @returns the slice's rows of map `layer + 1`.
   * @throws DeepThingsError `DT_LAYER_INPUT` when rows are missing or a piece is not of its region's size.
   */
  run(job: LayerJob): Promise<Float32Array>;
  release(): Promise<void>;
}

/** @param chain of a graph with its constants; each layer is loaded as a graph of its own. */
export async function loadLayerExecutor(
  engine: InferenceEngine,
  { depth, layers, stage }: LayerChain,
  normalise: Normalise,
): Promise<LayerExecutor> {
  const networks: LoadedNetwork[] = [];
  for (const segment of stage.segments) {
    networks.push(await engine.loadGraph(segmentGraph(stage, segment), { anySize: true }));
  }
  return {
    async run(job) {
      const layer = layers[job.layer];
      if (layer === undefined) throw inputError(job, `is not one of the layers 0 to ${depth - 1}`);
      checkWindow(job, layer);
      checkPieces(job, layer.input);
      const { inputs, writes } = stage.segments[job.layer]!;
      const { fill, name } = inputs[0]!;
      const outputs = await networks[job.layer]!.run(new Map([[name, assemble(job, layer, fill, normalise)]]));
      return outputs.get(stage.mapNames[writes[0]!]!)!.data as Float32Array;
    },
    async release() {
      for (const network of networks) await network.release();
    },
  };
}

function checkWindow(job: LayerJob, layer: LayerGeometry): void {
  const { input, padding } = job;
  if (isEmptyRegion(input) || !containsRegion(wholeMap(layer.input), input)) {
    throw inputError(job, `needs an input within ${shapeText(layer.input)}, got ${regionText(input)}`);
  }
  // No window lies in padding alone, so that more of it can only be a mistake.
  const size = layer.kernel;
  const sides = [padding.top, padding.bottom, padding.left, padding.right];
  if (sides.some((cells) => !Number.isSafeInteger(cells) || cells < 0 || cells >= size)) {
    throw inputError(job, `needs padding from 0 to ${size - 1} on each side, got ${sides.join(', ')}`);
  }
}

/** Every piece is what it says it is, and no row of the input is missing. */
function checkPieces(job: LayerJob, { channels }: MapShape): void {
  for (const { region, data } of job.pieces) {
    if (data instanceof Uint8Array !== (job.layer === 0)) {
      throw inputError(job, `needs ${job.layer === 0 ? 'bytes of the picture' : 'values of F32'}, got the other`);
    }
    const wanted = valuesOf(regionShape(channels, region));
    if (data.length !== wanted) {
      throw inputError(job, `needs ${wanted} values for ${regionText(region)}, got ${data.length}`);
    }
  }
  let covered = job.input.y0;
  for (const { y0, y1 } of job.pieces
    .map(({ region }) => region)
    .filter(({ x0, x1 }) => x0 <= job.input.x0 && x1 >= job.input.x1)
    .toSorted((a, b) => a.y0 - b.y0)) {
    if (y0 <= covered) covered = Math.max(covered, y1);
  }
  if (covered < job.input.y1) {
    throw inputError(job, `needs rows ${job.input.y0} to ${job.input.y1 - 1}, and row ${covered} is in no piece`);
  }
}

/** The padded input. The pieces go straight to their places on it: a slice of an early map is large, a copy dear. */
function assemble(job: LayerJob, { input }: LayerGeometry, fill: number, normalise: Normalise): Tensor {
  const { channels } = input;
  const padded = paddedRegion(job.input, job.padding);
  const { height, width } = regionShape(channels, padded);
  const shape = [1, channels, height, width];
  const only = job.pieces.find(({ region }) => sameRegion(region, job.input) && sameRegion(region, padded));
  if (only !== undefined) return { data: pieceValues(normalise, channels, only), shape };

  const data = new Float32Array(channels * height * width);
  if (fill !== 0) data.fill(fill);
  for (const piece of job.pieces) {
    const part = intersectRegions(piece.region, job.input);
    if (isEmptyRegion(part)) continue;
    placeRegion(data, channels, padded, pieceValues(normalise, channels, piece), piece.region, part);
  }
  return { data, shape };
}

/** Padding of a convolution is zero behind the normalisation, so bytes are normalised before they are placed. */
function pieceValues(normalise: Normalise, channels: number, { region, data }: LayerPiece): Float32Array {
  return data instanceof Uint8Array ? normalise(data, regionShape(channels, region)) : data;
}

function sameRegion(a: Region, b: Region): boolean {
  return containsRegion(a, b) && containsRegion(b, a);
}

function inputError({ layer }: LayerJob, problem: string): DeepThingsError {
  return new DeepThingsError('DT_LAYER_INPUT', `layer ${layer} ${problem}`);
}

function regionText({ x0, x1, y0, y1 }: Region): string {
  return `columns ${x0} to ${x1 - 1}, rows ${y0} to ${y1 - 1}`;
}
