import { useRef } from 'preact/hooks';
import { usePictureUrl } from '../components/use-picture-url.js';
import { useSeen } from '../components/use-seen.js';
import { useWidth } from '../components/use-width.js';
import type { Frame } from '../contract-types.js';
import type { Session } from '../session.js';
import { StageBoxes } from './stage-boxes.js';
import { pictureArea } from './stage-geometry.js';

/** Of the copy that is fetched, for tiles up to this wide. */
const EDGE_PX = 480;
/** Width by height of a tile, whatever the picture's: what comes moves nothing. */
const ASPECT = 4 / 3;
/** More boxes would hide the picture; the frame's page has them all. */
const MOST_BOXES = 30;
const MOST_LABELS = 6;
/** Labels of narrower tiles would cover each other. */
const LABELLED_PX = 220;

/** A small copy of a frame's picture with boxes, fetched when it comes into sight; what it shows the words beside it say. */
export function PicturePreview({ frame, session }: { frame: Frame; session: Session }) {
  const box = useRef<HTMLSpanElement>(null);
  const width = useWidth(box, 300);
  const isSeen = useSeen(box, 0);
  const asked = usePictureUrl(isSeen && frame.picture.kept ? frame.id : null, () =>
    session.ask((api) => api.picture(frame.id, EDGE_PX)),
  );
  const view = pictureArea(frame);
  const boxes = (frame.detections ?? []).toSorted((one, other) => other.score - one.score).slice(0, MOST_BOXES);
  return (
    <span ref={box} class="picture-preview">
      <svg aria-hidden="true" viewBox={`${view.x} ${view.y} ${view.width} ${view.height}`}>
        {asked.kind === 'answered' && <image href={asked.answer} {...view} preserveAspectRatio="none" />}
        <StageBoxes
          frame={frame}
          detections={boxes}
          view={view}
          unit={Math.max(view.width, view.height * ASPECT) / width}
          highlighted={null}
          hasLabels={boxes.length <= MOST_LABELS && width >= LABELLED_PX}
        />
      </svg>
    </span>
  );
}
