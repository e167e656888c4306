import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file or folder of the data beside the checkout. Only tests named `*.shared.test.ts` may need it. */
export function sharedData(path: string): string {
  return sharedFile(`data/${path}`);
}

/** @throws Error where the checkout has no such file beside it. */
export function sharedFile(path: string): string {
  const file = fileURLToPath(new URL(`../../../shared/${path}`, import.meta.url));
  if (!existsSync(file)) {
    throw new Error(
      `This test needs ../shared/${path} beside the checkout, which is not there. "npm test" runs without it.`,
    );
  }
  return file;
}

/** Raw little-endian 32-bit floats. */
export function readFloats(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
