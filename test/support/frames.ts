import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { DeepThingsClient, Schemas } from '../../client/client.js';
import { decodeSafetensors } from '../../server/tensor/safetensors.js';

const samples = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')), 'demo');

/** One of the photographs that come with the face detector: `sample1.jpg` to `sample6.jpg`. */
export function samplePhoto(name: string): Uint8Array {
  return readFileSync(join(samples, name));
}

/** Submits a picture and waits for what becomes of it. */
export async function submit(
  client: DeepThingsClient,
  bytes: Uint8Array,
  query: { source?: string; wait?: number; strategy?: Schemas['Strategy'] } = {},
): Promise<Schemas['Frame']> {
  const answer = await client.call('submitFrame', {
    query: { wait: 60, ...query },
    body: { mediaType: 'image/jpeg', bytes },
    timeoutMs: 90_000,
  });
  return answer.json!;
}

/** The letterboxed input of a frame as the gateway has it, `[3, height, width]`. */
export async function frameInput(client: DeepThingsClient, frame: string, size: number): Promise<Uint8Array> {
  const answer = await client.call('getFrameInput', { path: { frame }, query: { region: `0,0,${size},${size}` } });
  return decodeSafetensors(answer.bytes).tensors.get('input')!.data as Uint8Array;
}

/** The merged output of a frame's fused stack; the cluster must keep outputs. */
export async function frameOutput(client: DeepThingsClient, frame: string): Promise<Float32Array> {
  const answer = await client.call('getFrameOutput', { path: { frame } });
  return decodeSafetensors(answer.bytes).tensors.get('output')!.data as Float32Array;
}
