import { readFileSync } from 'node:fs';
import type { DeepThingsClient, Schemas } from '../../client/client.js';
import { samplePhotoPath } from '../../server/imaging/sample-photos.js';

/** One of the photographs that come with the face detector: `sample1.jpg` to `sample6.jpg`. */
export function samplePhoto(name: string): Uint8Array {
  return readFileSync(samplePhotoPath(name));
}

/** Submits a picture and waits for what becomes of it. */
export async function submit(
  client: DeepThingsClient,
  bytes: Uint8Array,
  query: {
    source?: string;
    wait?: number;
    strategy?: Schemas['Strategy'];
    members?: number;
    within?: number;
    output?: boolean;
    camera?: string;
    tags?: string[];
  } = {},
): Promise<Schemas['Frame']> {
  const answer = await client.call('submitFrame', {
    query: { wait: 60, ...query },
    body: { mediaType: 'image/jpeg', bytes },
    timeoutMs: 90_000,
  });
  return answer.json!;
}
