import { DeepThingsError } from '../../../errors.js';

/** Width and height in pixels, of `640` or `640x480`. */
export function parseSize(text: string): { width: number; height: number } {
  const [, width, height = width] = /^(\d{1,5})(?:x(\d{1,5}))?$/.exec(text) ?? [];
  if (width !== undefined) return { width: Number(width), height: Number(height) };
  throw new DeepThingsError('DT_USAGE', `--size must be pixels, such as 608 or 608x416, and is ${text}`);
}
