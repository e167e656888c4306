import { useEffect, useRef, useState } from 'preact/hooks';
import type { Frame } from '../contract-types.js';
import type { Session } from '../session.js';
import { usePictureUrl } from './use-picture-url.js';

/** Twice what the page shows it in, for screens with small pixels. */
const EDGE_PX = 192;
/** Of a fast camera's frames, which pass by, none is fetched: the gateway has better things to do. */
const LINGER_MS = 400;

/** A small copy of a frame's picture, fetched when it comes into sight; an empty square where none is kept. */
export function Thumbnail({ frame, session }: { frame: Frame; session: Session }) {
  const box = useRef<HTMLSpanElement>(null);
  const isSeen = useSeen(box);
  const asked = usePictureUrl(isSeen && frame.picture.kept ? frame.id : null, () =>
    session.ask((api) => api.picture(frame.id, EDGE_PX)),
  );
  return (
    <span ref={box} class="thumbnail">
      {asked.kind === 'answered' && <img src={asked.answer} alt="" />}
    </span>
  );
}

function useSeen(element: { readonly current: Element | null }): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const { current } = element;
    if (current === null) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new IntersectionObserver((entries) => {
      clearTimeout(timer);
      if (entries.at(-1)?.isIntersecting === true) timer = setTimeout(() => setSeen(true), LINGER_MS);
    });
    observer.observe(current);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, []);
  return isSeen;
}
