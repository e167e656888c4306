import { createRequire } from 'node:module';
import type sharp from 'sharp';

export type Sharp = typeof sharp;

let library: Sharp | undefined;

/**
 * sharp, loaded on first use and once: a device that only steals never decodes a picture and is spared its 20 MiB.
 *
 * One thread a picture, so that decoding takes no core from the network; no cache of operations, since no picture is
 * decoded twice.
 */
export async function loadSharp(): Promise<Sharp> {
  library ??= load();
  return library;
}

/** By `require`: importing it takes three times as long, since Node then looks for the exports of all that it consists of. */
function load(): Sharp {
  const loaded = createRequire(import.meta.url)('sharp') as Sharp;
  loaded.concurrency(1);
  loaded.cache(false);
  return loaded;
}
