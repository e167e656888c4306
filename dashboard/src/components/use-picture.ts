import { useEffect, useRef, useState } from 'preact/hooks';
import { isAnnotated } from '../api.js';
import type { Frame } from '../contract-types.js';
import { errorText } from '../error-text.js';

/** A frame whose picture is there, or could not be had. */
export interface FramePicture {
  readonly frame: Frame;
  readonly source:
    | { readonly kind: 'loaded'; readonly url: string }
    | { readonly kind: 'failed'; readonly why: string };
}

/**
 * Loads pictures one at a time. While one loads, frames may come faster: then the newest is next, and those between
 * are passed over. What is returned lags behind `wanted` by that loading, so a picture is never shown with the
 * detections of another frame.
 */
export function usePicture(
  wanted: Frame | null,
  isLive: boolean,
  load: (frame: Frame) => Promise<Blob>,
): FramePicture | null {
  const [picture, setPicture] = useState<FramePicture | null>(null);
  const newest = useRef(wanted);
  const loadedKey = useRef<string | null>(null);
  const isBusy = useRef(false);
  const isGone = useRef(false);
  newest.current = wanted;

  const loadNewest = async (): Promise<void> => {
    if (isBusy.current) return;
    isBusy.current = true;
    for (let triedKey = loadedKey.current; ; ) {
      const frame: Frame | null = newest.current;
      if (frame === null || keyOf(frame) === triedKey) break;
      triedKey = keyOf(frame);
      const source = await load(frame).then(loaded, failed);
      if (isGone.current) {
        if (source.kind === 'loaded') URL.revokeObjectURL(source.url);
        break;
      }
      loadedKey.current = source.kind === 'loaded' ? triedKey : null;
      setPicture({ frame, source });
    }
    isBusy.current = false;
  };

  const key = wanted === null ? null : keyOf(wanted);
  // What could not be had while the gateway was away is asked for again when it is back.
  useEffect(() => {
    if (key !== null) void loadNewest();
  }, [key, isLive]);

  const url = picture?.source.kind === 'loaded' ? picture.source.url : null;
  useEffect(() => {
    if (url === null) return undefined;
    return () => URL.revokeObjectURL(url);
  }, [url]);

  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
    };
  }, []);
  return picture;
}

function keyOf(frame: Frame): string {
  return `${frame.id} ${isAnnotated(frame) ? 'annotated' : 'plain'}`;
}

function loaded(blob: Blob): FramePicture['source'] {
  return { kind: 'loaded', url: URL.createObjectURL(blob) };
}

function failed(error: unknown): FramePicture['source'] {
  return { kind: 'failed', why: errorText(error) };
}
