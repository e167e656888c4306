import { useRef } from 'preact/hooks';
import { usePictureUrl } from '../components/use-picture-url.js';
import { useWidth } from '../components/use-width.js';
import type { Detection, Frame, Plan } from '../contract-types.js';
import type { Session } from '../session.js';
import { partNameOf } from '../state/frame-parts.js';
import type { TileLives } from '../state/tile-life.js';
import { StageBoxes } from './stage-boxes.js';
import { inputArea, pictureArea } from './stage-geometry.js';
import { StageTiles } from './stage-tiles.js';
import { useZoom } from './zoom/use-zoom.js';
import { ZoomButtons } from './zoom/zoom-buttons.js';

interface FrameStageProps {
  readonly frame: Frame;
  readonly plan: Plan | null;
  readonly session: Session;
  /** Null: no parts, and only the picture without the bars that the letterbox puts beside it. */
  readonly lives: TileLives | null;
  /** Those to draw. */
  readonly detections: readonly Detection[];
  readonly highlighted?: Detection | null;
  /** True: the picture has buttons for zoom and full screen. */
  readonly zooms?: boolean;
}

/** A picture is to be seen whole, whatever its shape. */
const TALLEST = '76vh';

/** A frame's picture in its own proportions, on the network's input, with its parts and with what was found; these alone where no picture is kept. */
export function FrameStage({
  frame,
  plan,
  session,
  lives,
  detections,
  highlighted = null,
  zooms = false,
}: FrameStageProps) {
  const figure = useRef<HTMLElement>(null);
  const width = useWidth(figure, 640);
  const { kept } = frame.picture;
  const picture = usePictureUrl(kept ? frame.id : null, () => session.ask((api) => api.picture(frame.id)));
  const stage = plan?.stages[0];
  const image = pictureArea(frame);
  const view = lives !== null && stage !== undefined ? inputArea(stage, frame) : image;
  const drawing = useRef<SVGSVGElement>(null);
  const zoom = useZoom(drawing, view);
  const { seen } = zoom;
  const unit = seen.width / width;
  return (
    <figure class="stage" ref={figure} style={{ maxWidth: `calc(${TALLEST} * ${view.width / view.height})` }}>
      {picture.kind === 'failed' ? (
        <p class="stage-missing error">The picture cannot be shown. {picture.why}</p>
      ) : (
        <svg
          ref={drawing}
          class={zoom.isZoomed ? 'zoomed' : undefined}
          {...(zooms && zoom.handlers)}
          viewBox={`${seen.x} ${seen.y} ${seen.width} ${seen.height}`}
          role="img"
          aria-label={altText(frame, detections, lives)}
          aria-busy={kept && picture.kind === 'asking'}
        >
          <rect class="stage-ground" x={view.x} y={view.y} width={view.width} height={view.height} />
          {picture.kind === 'answered' && <image href={picture.answer} {...image} preserveAspectRatio="none" />}
          {lives !== null && stage !== undefined && (
            <StageTiles stage={stage} frame={frame} lives={lives} unit={unit} />
          )}
          <StageBoxes frame={frame} detections={detections} view={seen} unit={unit} highlighted={highlighted} />
        </svg>
      )}
      {zooms && picture.kind !== 'failed' && <ZoomButtons zoom={zoom} figure={figure} />}
      {!kept && (
        <figcaption class="muted">
          The picture was deleted when the frame ended: <code>store.keepPictures</code> is false in cluster.yaml.
        </figcaption>
      )}
    </figure>
  );
}

function altText(frame: Frame, detections: readonly Detection[], lives: TileLives | null): string {
  const tiles = lives === null ? '' : `, with its ${partNameOf(frame.strategy)}s`;
  if (frame.detections === null) return `Picture of frame ${frame.id}${tiles}`;
  const boxes = detections.length === 1 ? 'one box' : `${detections.length} boxes`;
  return `Picture of frame ${frame.id}${tiles} and ${boxes}`;
}
