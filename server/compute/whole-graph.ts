import type { InferenceEngine } from '../engine/inference-engine.js';
import { DeepThingsError } from '../errors.js';
import { shapeText } from '../geometry/region.js';
import type { Graph } from '../graph/graph.js';
import { valuesOf } from '../tensor/planes.js';
import type { GraphOutputs } from './messages.js';
import type { Normalise } from './tile-executor.js';

/** The whole network, from the picture to what the head reads. */
export interface WholeGraph {
  /**
   * @param input bytes of the letterboxed picture, `[3, height, width]`.
   * @throws DeepThingsError `DT_TILE_INPUT` when it is of another size.
   */
  run(input: Uint8Array): Promise<GraphOutputs>;
  release(): Promise<void>;
}

/** @param graph with the bytes of its constants, which are not kept. */
export async function loadWholeGraph(engine: InferenceEngine, graph: Graph, normalise: Normalise): Promise<WholeGraph> {
  const network = await engine.loadGraph(graph);
  const { name, outputs } = graph;
  const picture = graph.inputs[0]!;
  const [, channels, height, width] = graph.values.get(picture)!.shape as [number, number, number, number];
  const shape = { channels, height, width };
  return {
    async run(input) {
      if (input.length !== valuesOf(shape)) {
        throw new DeepThingsError(
          'DT_TILE_INPUT',
          `${name} needs a picture of ${shapeText(shape)}, got ${input.length} values`,
        );
      }
      const tensor = { shape: [1, channels, height, width], data: normalise(input, shape) };
      const computed = await network.run(new Map([[picture, tensor]]));
      return outputs.map((output) => ({ name: output, ...computed.get(output)! }));
    },
    release: () => network.release(),
  };
}
