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
export function usePicture(wanted: Frame | null, load: (frame: Frame) => Promise<Blob>): FramePicture | null {
  const [picture, setPicture] = useState<FramePicture | null>(null);
  const newest = useRef(wanted);
  const isBusy = useRef(false);
  const isGone = useRef(false);
  newest.current = wanted;

  const loadNewest = async (): Promise<void> => {
    if (isBusy.current) return;
    isBusy.current = true;
    for (let done: string | null = null; ; ) {
      const frame: Frame | null = newest.current;
      if (frame === null || keyOf(frame) === done) break;
      const source = await load(frame).then(loaded, failed);
      if (isGone.current) {
        if (source.kind === 'loaded') URL.revokeObjectURL(source.url);
        break;
      }
      setPicture({ frame, source });
      done = keyOf(frame);
    }
    isBusy.current = false;
  };

  const key = wanted === null ? null : keyOf(wanted);
  useEffect(() => {
    if (key !== null) void loadNewest();
  }, [key]);

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
