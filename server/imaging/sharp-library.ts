import type sharp from 'sharp';

export type Sharp = typeof sharp;

let loading: Promise<Sharp> | undefined;

/**
 * sharp, loaded on first use and once: a device that only steals never decodes a picture and is spared its 20 MiB.
 *
 * One thread a picture, so that decoding takes no core from the network; no cache of operations, since no picture is
 * decoded twice.
 */
export function loadSharp(): Promise<Sharp> {
  loading ??= import('sharp').then(({ default: library }) => {
    library.concurrency(1);
    library.cache(false);
    return library;
  });
  return loading;
}
