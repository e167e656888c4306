import type { DeepThingsClient } from '../../../client/client.js';
import { decodeSafetensors } from '../../tensor/safetensors.js';

/** As large as maps are; a device's quota and link may make them long on their way. */
const TIMEOUT_MS = 120_000;

/** The letterboxed input of a frame as the gateway has it, `[3, height, width]`; square where no height is given. */
export async function frameInput(
  client: DeepThingsClient,
  frame: string,
  width: number,
  height = width,
): Promise<Uint8Array> {
  const region = `0,0,${width},${height}`;
  const answer = await client.call('getFrameInput', { path: { frame }, query: { region }, timeoutMs: TIMEOUT_MS });
  return decodeSafetensors(answer.bytes).tensors.get('input')!.data as Uint8Array;
}

/** What a frame's fused stack handed over, merged; the cluster must keep outputs (`limits.keptOutputs`). */
export async function frameOutputs(client: DeepThingsClient, frame: string): Promise<readonly Float32Array[]> {
  const answer = await client.call('getFrameOutput', { path: { frame }, timeoutMs: TIMEOUT_MS });
  return [...decodeSafetensors(answer.bytes).tensors.values()].map(({ data }) => data as Float32Array);
}
