import type { FeatureBlock, InferenceEngine } from '../engine/inference-engine.js';
import { type LoadedGraph, loadLayers } from '../engine/load-layers.js';
import { DeepThingsError } from '../errors.js';
import { decodedMaps } from '../formats/darknet/head.js';
import type { NetworkWeights } from '../formats/darknet/layers.js';
import type { Network } from '../model/network.js';

/** The layers behind the fused stack, up to the head (which is decoded, not run). */
export interface RemainingLayers {
  /**
   * @param map the fused stack's merged output, `[channels, height, width]`.
   * @returns what the head decodes; `map` itself when the fused stack ends right before the head.
   */
  run(map: Float32Array): Promise<FeatureBlock>;
  release(): Promise<void>;
}

export async function loadRemainingLayers(
  engine: InferenceEngine,
  network: Network,
  weights: NetworkWeights,
  depth: number,
): Promise<RemainingLayers> {
  const [endLayer, ...others] = decodedMaps(network.layers);
  if (endLayer === undefined || others.length > 0) {
    throw new DeepThingsError(
      'DT_ENGINE_LAYER',
      `${network.name}: a cluster cannot run a network of several heads yet`,
    );
  }
  const shape = network.layers[depth - 1]!.output;
  const graph: LoadedGraph | null =
    depth >= endLayer
      ? null
      : await loadLayers(engine, {
          name: `layers ${depth} to ${endLayer - 1}`,
          firstLayer: depth,
          layers: network.layers.slice(depth, endLayer),
          weights,
          padding: 'layers',
        });
  return {
    run: async (map) => (graph === null ? { data: map, shape } : graph.run({ data: map, shape })),
    release: async () => graph?.release(),
  };
}
