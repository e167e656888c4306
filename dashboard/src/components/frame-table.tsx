import type { Frame } from '../contract-types.js';
import { milliseconds, sentence, summary } from '../format.js';
import type { DashboardState } from '../state/dashboard-state.js';
import { type TileProgress, tileProgress } from '../state/select.js';
import { DeviceMark } from './device-mark.js';
import { FrameStateBadge } from './frame-state-badge.js';
import { TilesByDevice } from './tiles-by-device.js';
import { Time } from './time.js';

interface FrameTableProps {
  readonly state: DashboardState;
  readonly deviceIds: readonly string[];
  /** The frame that stands large above. */
  readonly shown: string | null;
  readonly onSelect: (frame: Frame) => void;
}

/** The latest frames, newest first; choosing one shows it large. */
export function FrameTable({ state, deviceIds, shown, onSelect }: FrameTableProps) {
  return (
    <section class="panel" aria-labelledby="frames-heading">
      <h2 id="frames-heading">Frames</h2>
      {state.frames.length === 0 ? (
        <p class="muted">
          {state.cluster === null
            ? 'Loading…'
            : 'Every picture that a camera, a script or this page submits will be listed here.'}
        </p>
      ) : (
        <table class="cards frames">
          <thead>
            <tr>
              <th scope="col">Frame</th>
              <th scope="col">State</th>
              <th scope="col">Source</th>
              <th scope="col">Submitted</th>
              <th scope="col">Tiles by device</th>
              <th scope="col">Found</th>
              <th scope="col" class="number">
                Took
              </th>
            </tr>
          </thead>
          <tbody>
            {state.frames.map((frame) => (
              <FrameRow
                key={frame.id}
                frame={frame}
                progress={tileProgress(state, frame)}
                deviceIds={deviceIds}
                isShown={frame.id === shown}
                onSelect={onSelect}
              />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

interface FrameRowProps {
  readonly frame: Frame;
  readonly progress: TileProgress;
  readonly deviceIds: readonly string[];
  readonly isShown: boolean;
  readonly onSelect: (frame: Frame) => void;
}

function FrameRow({ frame, progress, deviceIds, isShown, onSelect }: FrameRowProps) {
  const { totalMs } = frame.timing;
  return (
    // The click of the button within, by mouse or key, arrives here as well.
    <tr class={isShown ? 'shown' : ''} onClick={() => onSelect(frame)}>
      <th scope="row">
        <button type="button" class="row-button id" aria-pressed={isShown}>
          {frame.id}
        </button>
      </th>
      <td class="state">
        <FrameStateBadge state={frame.state} />
      </td>
      <td class="source" data-label="Source">
        <DeviceMark device={frame.source} deviceIds={deviceIds} />
      </td>
      <td class="submitted">
        <Time iso={frame.createdAt} />
      </td>
      <td class="tiles">
        <div>
          <TilesByDevice byDevice={progress.byDevice} deviceIds={deviceIds} />
          {progress.done < progress.total && (
            <span class="muted">
              {progress.done} of {progress.total}
            </span>
          )}
        </div>
      </td>
      <td class="found">{found(frame)}</td>
      <td class="took number">{totalMs === null ? '–' : milliseconds(totalMs)}</td>
    </tr>
  );
}

function found({ detections, failure }: Frame): string {
  if (failure !== null) return sentence(failure.detail);
  return detections === null ? '–' : summary(detections);
}
