import type { DeepThingsClient, Schemas } from '../../../client/client.js';
import type { ClusterConfig } from '../../config/cluster-config.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import { frameInput, frameOutputs } from './frame-tensors.js';
import { type MapDifference, mapsDifference } from './map-difference.js';
import { runUntiled, runWholeGraph } from './untiled.js';

/** Outputs of the part of the network that devices compute, untiled, for each picture and part; computed here, once. */
export class UntiledReference {
  readonly #outputs = new Map<string, readonly Float32Array[]>();

  /** How far a frame's merged output is from the untiled one. */
  async compare(client: DeepThingsClient, config: ClusterConfig, frame: Schemas['Frame']): Promise<MapDifference> {
    const merged = await frameOutputs(client, frame.id);
    const isGang = strategyNamed(frame.strategy).outputs === 'blocks';
    // A digest stands for the model's input size as well; model and depth are one in a run.
    const key = `${isGang ? 'gang' : 'tiles'} ${frame.inputDigest}`;
    let wanted = this.#outputs.get(key);
    if (wanted === undefined) {
      const { json: plan } = await client.call('getPlan');
      const { width, height } = plan!.stages[0]!.maps[0]!;
      const input = await frameInput(client, frame.id, width, height);
      wanted = await (isGang ? runWholeGraph(config, input) : runUntiled(config, input));
      this.#outputs.set(key, wanted);
    }
    return mapsDifference(merged, wanted);
  }
}
