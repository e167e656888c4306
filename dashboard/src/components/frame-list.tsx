import type { Frame } from '../contract-types.js';
import { foundText, milliseconds } from '../format.js';
import { formatRoute } from '../routing/route.js';
import type { Session } from '../session.js';
import { type TileProgress, tileProgress } from '../state/select.js';
import type { TileLives } from '../state/tile-life.js';
import { DeviceMark } from './device-mark.js';
import { FrameStateBadge } from './frame-state-badge.js';
import { Thumbnail } from './thumbnail.js';
import { TilesByDevice } from './tiles-by-device.js';
import { Time } from './time.js';

interface FrameListProps {
  readonly caption: string;
  readonly frames: readonly Frame[];
  readonly tiles: Readonly<Record<string, TileLives>>;
  readonly session: Session;
}

/** Frames, each with the way to its own view. */
export function FrameList({ caption, frames, tiles, session }: FrameListProps) {
  return (
    <table class="cards frames">
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Frame</th>
          <th scope="col">State</th>
          <th scope="col">Found</th>
          <th scope="col">Source</th>
          <th scope="col">Parts by device</th>
          <th scope="col">Submitted</th>
          <th scope="col" class="number">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {frames.map((frame) => (
          <FrameRow key={frame.id} frame={frame} progress={tileProgress(frame, tiles[frame.id])} session={session} />
        ))}
      </tbody>
    </table>
  );
}

function FrameRow({ frame, progress, session }: { frame: Frame; progress: TileProgress; session: Session }) {
  const { totalMs } = frame.timing;
  return (
    <tr>
      <th scope="row">
        <a class="frame-link" href={formatRoute({ view: 'frame', frame: frame.id })}>
          <Thumbnail frame={frame} session={session} />
          <span class="id">{frame.id}</span>
        </a>
      </th>
      <td class="state">
        <FrameStateBadge state={frame.state} />
      </td>
      <td class="found">{foundText(frame)}</td>
      <td class="source">
        <DeviceMark device={frame.source} />
      </td>
      <td class="tiles">
        <TilesByDevice byDevice={progress.byDevice} />
        {progress.done < progress.total && (
          <span class="muted">
            {progress.done} of {progress.total}
          </span>
        )}
      </td>
      <td class="submitted">
        <Time iso={frame.createdAt} />
      </td>
      <td class="took number">{totalMs === null ? '–' : milliseconds(totalMs)}</td>
    </tr>
  );
}
