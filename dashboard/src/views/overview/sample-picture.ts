import address from '@vladmandic/face-api/demo/sample6.jpg';
import type { Picture } from '../../session.js';

/**
 * Returns the photograph that README.md's first command submits; the gateway serves it with the page.
 *
 * @throws Error when the gateway does not answer with it.
 */
export async function loadSamplePicture(): Promise<Picture> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the gateway answered ${response.status} to a request for the sample picture`);
  return { name: 'Sample picture', blob: await response.blob() };
}
