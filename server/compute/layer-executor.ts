import type { FeatureBlock, InferenceEngine } from '../engine/inference-engine.js';
import { type LoadedGraph, loadLayers } from '../engine/load-layers.js';
import { DeepThingsError } from '../errors.js';
import type { Layer, NetworkWeights } from '../formats/darknet/layers.js';
import {
  containsRegion,
  intersectRegions,
  isEmptyRegion,
  type MapShape,
  type Region,
  shapeText,
  wholeMap,
} from '../geometry/region.js';
import type { Network } from '../model/network.js';
import { normaliseBytes } from '../tensor/normalise.js';
import { paddedRegion, placeRegion, regionShape, valuesOf } from '../tensor/planes.js';
import type { LayerJob, LayerPiece } from './messages.js';

/** Runs slices of single layers, as MoDNN does: a call of the engine for each layer, on rows put together by hand. */
export interface LayerExecutor {
  /**
   * @returns the slice's rows of map `layer + 1`.
   * @throws DeepThingsError `DT_LAYER_INPUT` when rows are missing or a piece is not of its region's size.
   */
  run(job: LayerJob): Promise<FeatureBlock>;
  release(): Promise<void>;
}

/** @param depth layers 0 to depth - 1 are loaded, each as a graph of its own. */
export async function loadLayerExecutor(
  engine: InferenceEngine,
  network: Network,
  weights: NetworkWeights,
  depth: number,
): Promise<LayerExecutor> {
  const layers = network.layers.slice(0, depth);
  const graphs: LoadedGraph[] = [];
  for (const [index, layer] of layers.entries()) {
    graphs.push(
      await loadLayers(engine, {
        name: `layer ${index}`,
        firstLayer: index,
        layers: [layer],
        weights,
        padding: 'caller',
      }),
    );
  }

  return {
    async run(job) {
      const layer = layers[job.layer];
      if (layer === undefined) throw inputError(job, `is not one of the layers 0 to ${depth - 1}`);
      checkWindow(job, layer);
      checkPieces(job, layer.input);
      return graphs[job.layer]!.run(assemble(network, job, layer));
    },
    async release() {
      for (const graph of graphs) await graph.release();
    },
  };
}

function checkWindow(job: LayerJob, layer: Layer): void {
  const { input, padding } = job;
  if (isEmptyRegion(input) || !containsRegion(wholeMap(layer.input), input)) {
    throw inputError(job, `needs an input within ${shapeText(layer.input)}, got ${regionText(input)}`);
  }
  // No window lies in padding alone, so that more of it can only be a mistake.
  const size = 'size' in layer ? layer.size : 1;
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
function assemble(network: Network, job: LayerJob, layer: Layer): FeatureBlock {
  const { channels } = layer.input;
  const padded = paddedRegion(job.input, job.padding);
  const shape = regionShape(channels, padded);
  const only = job.pieces.find(({ region }) => sameRegion(region, job.input) && sameRegion(region, padded));
  if (only !== undefined) return { data: pieceValues(network, channels, only), shape };

  const data = new Float32Array(valuesOf(shape));
  if (layer.kind === 'maxpool') data.fill(Number.NEGATIVE_INFINITY);
  for (const piece of job.pieces) {
    const part = intersectRegions(piece.region, job.input);
    if (isEmptyRegion(part)) continue;
    placeRegion(data, channels, padded, pieceValues(network, channels, piece), piece.region, part);
  }
  return { data, shape };
}

/** Padding of a convolution is zero behind the normalisation, so bytes are normalised before they are placed. */
function pieceValues(network: Network, channels: number, { region, data }: LayerPiece): Float32Array {
  return data instanceof Uint8Array ? normaliseBytes(data, regionShape(channels, region), network.preprocessing) : data;
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
