import { createHash } from 'node:crypto';
import type { DeepThingsClient, Schemas } from '../../../../client/client.js';
import type { ClusterConfig } from '../../../config/cluster-config.js';
import { strategyNamed } from '../../../scheduling/strategies/strategies.js';
import { frameInput, frameOutputs } from '../frame-tensors.js';
import { type MapDifference, mapsDifference } from '../map-difference.js';
import { runUntiled, runWholeGraph } from '../untiled.js';

/** Outputs of the part of the network that devices compute, untiled, for each picture and part; computed here, once. */
export class UntiledReference {
  readonly #outputs = new Map<string, readonly Float32Array[]>();

  /** How far a frame's merged output is from the untiled one. */
  async compare(client: DeepThingsClient, config: ClusterConfig, frame: Schemas['Frame']): Promise<MapDifference> {
    const merged = await frameOutputs(client, frame.id);
    const isGang = strategyNamed(frame.strategy).gang?.plan === 'stages';
    const input = frame.inputDigest === null ? await inputOf(client, frame.id) : null;
    const digest = frame.inputDigest ?? createHash('sha256').update(input!).digest('hex');
    // A digest stands for the model's input size as well, and the model is one in a run. Where tiles end may follow from the grid and the devices.
    const { devices, partition } = config;
    const key = `${isGang ? 'gang' : `tiles ${devices.length} ${JSON.stringify(partition)}`} ${digest}`;
    let wanted = this.#outputs.get(key);
    if (wanted === undefined) {
      const picture = input ?? (await inputOf(client, frame.id));
      wanted = await (isGang ? runWholeGraph(config, picture) : runUntiled(config, picture));
      this.#outputs.set(key, wanted);
    }
    return mapsDifference(merged, wanted);
  }
}

/** The letterboxed picture of a frame. */
async function inputOf(client: DeepThingsClient, frame: string): Promise<Uint8Array> {
  const { json: plan } = await client.call('getPlan');
  const { width, height } = plan!.stages[0]!.maps[0]!;
  return frameInput(client, frame, width, height);
}
