import { useEffect, useRef } from 'preact/hooks';
import type { Frame } from '../contract-types.js';
import { sentence } from '../format.js';
import type { Session } from '../session.js';
import { type DashboardState, isEnded } from '../state/dashboard-state.js';
import { tileProgress } from '../state/select.js';
import { CurlHint } from './curl-hint.js';
import { DetectionList } from './detection-list.js';
import { FrameFacts } from './frame-facts.js';
import { type FramePicture, usePicture } from './use-picture.js';

interface FrameViewProps {
  readonly state: DashboardState;
  readonly deviceIds: readonly string[];
  readonly frame: Frame | null;
  readonly session: Session;
}

/** One frame, large: its picture with boxes, what was found, how long it took and who computed it. */
export function FrameView({ state, deviceIds, frame, session }: FrameViewProps) {
  const picture = usePicture(frame, state.link.kind === 'live', session.picture);
  const section = useRef<HTMLElement>(null);
  const selected = state.selected?.id;
  useEffect(() => {
    // It is chosen in a table further down.
    if (selected !== undefined) section.current?.scrollIntoView({ block: 'start' });
  }, [selected]);

  if (frame === null || picture === null) {
    return (
      <section class="panel" aria-labelledby="frame-heading">
        <h2 id="frame-heading">Latest frame</h2>
        {frame === null && state.cluster !== null ? (
          <div class="empty">
            <p>No frame yet. Submit a picture above, or from a shell:</p>
            <CurlHint usesToken={session.usesToken()} />
          </div>
        ) : (
          <p class="muted">Loading…</p>
        )}
      </section>
    );
  }
  // What the gateway told since the picture was asked for.
  const shown = frame.id === picture.frame.id ? frame : picture.frame;
  return (
    <section ref={section} class="panel" aria-labelledby="frame-heading" aria-busy={shown !== frame}>
      <div class="panel-head">
        <h2 id="frame-heading">{state.selected === null ? 'Latest frame' : 'Chosen frame'}</h2>
        {state.selected !== null && (
          <button type="button" onClick={() => session.select(null)}>
            Follow the latest
          </button>
        )}
      </div>
      <div class="frame-view">
        <Picture picture={picture} />
        <div class="frame-side">
          <FrameFacts frame={shown} progress={tileProgress(state, shown)} deviceIds={deviceIds} />
          <Outcome frame={shown} />
        </div>
      </div>
    </section>
  );
}

function Picture({ picture: { frame, source } }: { picture: FramePicture }) {
  const { width, height } = frame.picture;
  if (source.kind === 'failed') {
    return (
      <div class="picture missing">
        <p class="error">The picture cannot be shown. {source.why}</p>
      </div>
    );
  }
  return (
    <figure class="picture">
      <img src={source.url} width={width} height={height} alt={altText(frame)} />
    </figure>
  );
}

function Outcome({ frame }: { frame: Frame }) {
  if (frame.failure !== null) {
    return (
      <div class="failure">
        <h3>It failed</h3>
        <p>{sentence(frame.failure.detail)}</p>
        <p class="muted">{frame.failure.code}</p>
      </div>
    );
  }
  if (!isEnded(frame)) return <p class="muted">Detections come when all tiles are done.</p>;
  return <DetectionList detections={frame.detections ?? []} />;
}

function altText({ id, detections }: Frame): string {
  if (detections === null) return `Frame ${id} as it was submitted`;
  return `Frame ${id} with ${detections.length === 1 ? 'one box' : `${detections.length} boxes`}, listed beside it`;
}
