import type { RefObject } from 'preact';
import type { Zoom } from './use-zoom.js';

const STEP = 1.5;

interface ZoomButtonsProps {
  readonly zoom: Zoom;
  /** The element that full screen shows. */
  readonly figure: RefObject<HTMLElement | null>;
}

/** Zoom for whoever has no wheel, and full screen. */
export function ZoomButtons({ zoom, figure }: ZoomButtonsProps) {
  return (
    <div class="zoom-buttons">
      <button type="button" aria-label="Zoom in" onClick={() => zoom.by(STEP)}>
        +
      </button>
      <button type="button" aria-label="Zoom out" disabled={!zoom.isZoomed} onClick={() => zoom.by(1 / STEP)}>
        −
      </button>
      <button type="button" disabled={!zoom.isZoomed} onClick={zoom.reset}>
        Whole picture
      </button>
      {document.fullscreenEnabled && (
        <button type="button" onClick={() => void figure.current?.requestFullscreen()}>
          Full screen
        </button>
      )}
    </div>
  );
}
