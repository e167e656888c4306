import { Panel } from '../../components/panel.js';
import { Thumbnail } from '../../components/thumbnail.js';
import { Time } from '../../components/time.js';
import type { Frame } from '../../contract-types.js';
import { foundText } from '../../format.js';
import { formatRoute } from '../../routing/route.js';
import type { Session } from '../../session.js';
import { origins } from '../../state/results.js';
import { FrameOrigin } from './frame-origin.js';

/** More would hide what stands below. */
const LISTED = 24;

/** The newest result of each camera; of each source device for pictures of no named camera. Nothing while there is only one. */
export function OriginList({ frames, session }: { frames: readonly Frame[]; session: Session }) {
  const all = origins(frames);
  if (all.length < 2) return null;
  const isOfCameras = all.some(({ kind }) => kind === 'camera');
  return (
    <Panel title={isOfCameras ? 'By camera' : 'By source device'}>
      <ul class="origins">
        {all.slice(0, LISTED).map(({ kind, latest, name }) => (
          <li key={`${kind} ${name}`}>
            <a href={formatRoute({ view: 'frame', frame: latest.id })} aria-label={`Latest picture of ${name}`}>
              <Thumbnail frame={latest} session={session} />
            </a>
            <div>
              <h3>
                <FrameOrigin kind={kind} name={name} />
              </h3>
              <p class="found">{foundText(latest)}</p>
              <p class="muted">
                <Time iso={latest.createdAt} />
              </p>
            </div>
          </li>
        ))}
      </ul>
      {all.length > LISTED && <p class="muted">… and {all.length - LISTED} more.</p>}
    </Panel>
  );
}
