import type { FeatureBlock, InferenceEngine, LoadedGraph } from '../engine/inference-engine.js';
import { DeepThingsError } from '../errors.js';
import type { FtpPlan } from '../geometry/ftp-plan.js';
import { type SegmentStep, segmentSteps } from '../geometry/segment-steps.js';
import type { Network, NetworkWeights } from '../model/network.js';
import { normaliseBytes } from '../tensor/normalise.js';
import { padBlock, paddedShape, regionShape, valuesOf } from '../tensor/planes.js';

/** Runs tiles of one FTP plan: a call of the engine for each segment, on a block padded by hand. */
export interface TileExecutor {
  /**
   * @param tileId row * columns + column.
   * @param input bytes of the tile's region of the letterboxed picture, `[3, height, width]`.
   * @throws DeepThingsError `DT_TILE_INPUT` when the input has another size.
   * @returns the tile's share of the fused stack's output, `[channels, height, width]`.
   */
  run(tileId: number, input: Uint8Array): Promise<FeatureBlock>;
  release(): Promise<void>;
}

export async function loadTileExecutor(
  engine: InferenceEngine,
  network: Network,
  weights: NetworkWeights,
  plan: FtpPlan,
): Promise<TileExecutor> {
  const graphs: LoadedGraph[] = [];
  for (const { firstLayer, endLayer } of plan.segments) {
    graphs.push(
      await engine.load({
        name: `layers ${firstLayer} to ${endLayer - 1}`,
        firstLayer,
        layers: network.layers.slice(firstLayer, endLayer),
        weights,
        padding: 'caller',
      }),
    );
  }
  const steps = plan.tiles.map(({ tileId }) => segmentSteps(plan, tileId));

  return {
    async run(tileId, input) {
      let block = normalisedInput(network, plan, tileId, input);
      for (const [index, step] of steps[tileId]!.entries()) {
        block = await graphs[index]!.run(padded(network, step, block));
      }
      return block;
    },
    async release() {
      for (const graph of graphs) await graph.release();
    },
  };
}

function normalisedInput(network: Network, plan: FtpPlan, tileId: number, input: Uint8Array): FeatureBlock {
  const region = plan.tiles[tileId]!.regions[0]!;
  const shape = regionShape(network.input.channels, region);
  if (input.length !== valuesOf(shape)) {
    const detail = `tile ${tileId} needs ${valuesOf(shape)} bytes of input, got ${input.length}`;
    throw new DeepThingsError('DT_TILE_INPUT', detail);
  }
  return { data: normaliseBytes(input, shape, network.preprocessing), shape };
}

function padded(network: Network, step: SegmentStep, block: FeatureBlock): FeatureBlock {
  const { firstLayer } = step.segment;
  const outside = network.layers[firstLayer]!.kind === 'maxpool' ? Number.NEGATIVE_INFINITY : 0;
  return {
    data: padBlock(block.data, block.shape, step.padding, outside),
    shape: paddedShape(block.shape, step.padding),
  };
}
