import type { ErrorCode } from '../../error-codes.js';
import { DeepThingsError } from '../../errors.js';
import type { Region } from '../../geometry/region.js';

/** Facts of a task or a result, as texts in a document's `__metadata__`; every one is checked when it is read. */
export interface WireFacts {
  has(name: string): boolean;
  text(name: string, pattern: RegExp): string;
  /** A whole number from `least` to `most`. */
  whole(name: string, least: number, most: number): number;
  /** A number of milliseconds or the like: finite, not negative. */
  amount(name: string): number;
}

export const FRAME_ID = /^[0-9a-z]{1,16}-[0-9a-z]{1,12}$/;
export const DEVICE_ID = /^[a-z0-9][a-z0-9-]{0,31}$/;
export const DIGEST = /^[0-9a-z:]{1,128}$/;
export const ADDRESS = /^https?:\/\/[^/?#@\s]{1,250}$/;
export { LARGEST_ATTEMPT as MAX_ATTEMPT } from '../../scheduling/task-key.js';

/** @param code of the DeepThingsError that a missing or malformed fact raises. */
export function wireFacts(metadata: Readonly<Record<string, string>>, code: ErrorCode): WireFacts {
  const read = (name: string): string => {
    const value = Object.hasOwn(metadata, name) ? metadata[name] : undefined;
    if (value === undefined) throw new DeepThingsError(code, `expected "${name}" in the body's __metadata__`);
    return value;
  };
  const refuse = (name: string, what: string): never => {
    throw new DeepThingsError(code, `expected "${name}" in the body's __metadata__ to be ${what}`);
  };
  return {
    has: (name) => Object.hasOwn(metadata, name),
    text(name, pattern) {
      const value = read(name);
      return pattern.test(value) ? value : refuse(name, `like ${pattern.source}`);
    },
    whole(name, least, most) {
      const value = read(name);
      const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
      return number >= least && number <= most ? number : refuse(name, `a whole number from ${least} to ${most}`);
    },
    amount(name) {
      const value = read(name);
      const number = /^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value) ? Number(value) : Number.NaN;
      return Number.isFinite(number) ? number : refuse(name, 'a number that is not negative');
    },
  };
}

/** `x0,y0,x1,y1`, as in queries. */
export function formatRegion({ x0, y0, x1, y1 }: Region): string {
  return `${x0},${y0},${x1},${y1}`;
}

/** @throws DeepThingsError `DT_REGION` */
export function parseRegion(text: string): Region {
  const [x0, y0, x1, y1] = text.split(',').map(Number) as [number, number, number, number];
  if (!(x0 < x1 && y0 < y1)) {
    throw new DeepThingsError('DT_REGION', `expected x0,y0,x1,y1 with x0 < x1 and y0 < y1, got ${text}`);
  }
  return { x0, x1, y0, y1 };
}
