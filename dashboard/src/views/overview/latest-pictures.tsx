import { FrameStateBadge } from '../../components/frame-state-badge.js';
import { Panel } from '../../components/panel.js';
import { Time } from '../../components/time.js';
import type { Frame } from '../../contract-types.js';
import { foundText, milliseconds } from '../../format.js';
import { formatRoute } from '../../routing/route.js';
import type { Session } from '../../session.js';
import { PicturePreview } from '../../stage/picture-preview.js';
import { originOf } from '../../state/results.js';
import { FrameOrigin } from './frame-origin.js';

const SHOWN = 6;

interface ResultsProps {
  /** Newest first. */
  readonly frames: readonly Frame[];
  readonly session: Session;
}

/** The newest pictures and what was found in them. */
export function LatestPictures({ frames, session }: ResultsProps) {
  return (
    <Panel
      title="Latest pictures"
      aside={<a href={formatRoute({ view: 'history', filter: {}, before: null })}>All frames</a>}
    >
      <ul class="latest-pictures">
        {frames.slice(0, SHOWN).map((frame) => (
          <PictureTile key={frame.id} frame={frame} session={session} />
        ))}
      </ul>
    </Panel>
  );
}

function PictureTile({ frame, session }: { frame: Frame; session: Session }) {
  const { id, createdAt, state, timing } = frame;
  return (
    <li>
      <a class="picture-tile" href={formatRoute({ view: 'frame', frame: id })}>
        <PicturePreview frame={frame} session={session} />
        <span class="found">{state === 'complete' ? foundText(frame) : <FrameStateBadge state={state} />}</span>
      </a>
      <p class="muted">
        <FrameOrigin {...originOf(frame)} /> · <Time iso={createdAt} />
        {timing.totalMs !== null && ` · ${milliseconds(timing.totalMs)}`}
      </p>
    </li>
  );
}
