import { useRef } from 'preact/hooks';
import type { Frame } from '../contract-types.js';
import type { Session } from '../session.js';
import { answerOf } from './use-answer.js';
import { usePictureUrl } from './use-picture-url.js';
import { useSeen } from './use-seen.js';

/** Twice what the page shows it in, for screens with small pixels. */
const EDGE_PX = 192;
/** Of a fast camera's frames, which pass by, none is fetched: the gateway has better things to do. */
const LINGER_MS = 400;

/**
 * A small copy of a frame's picture, fetched when it comes into sight; an empty square where none is kept. While it is fetched, the
 * picture of the frame that stood here before stays.
 */
export function Thumbnail({ frame, session }: { frame: Frame; session: Session }) {
  const box = useRef<HTMLSpanElement>(null);
  const isSeen = useSeen(box, LINGER_MS);
  const asked = usePictureUrl(isSeen && frame.picture.kept ? frame.id : null, () =>
    session.ask((api) => api.picture(frame.id, EDGE_PX)),
  );
  const picture = frame.picture.kept ? answerOf(asked) : null;
  return (
    <span ref={box} class="thumbnail">
      {picture !== null && <img src={picture} alt="" />}
    </span>
  );
}
