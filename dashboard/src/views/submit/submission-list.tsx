import type { Frame } from '../../contract-types.js';
import { milliseconds, plural, resultSummary, sentence } from '../../format.js';
import type { DashboardState, Submission } from '../../state/dashboard-state.js';
import { partNameOf } from '../../state/frame-parts.js';
import { tileProgress } from '../../state/select.js';

interface SubmissionListProps {
  readonly state: DashboardState;
  readonly shown: number | null;
  readonly onShow: (id: number) => void;
}

/** What became of the pictures submitted here, newest first; choosing one shows it. */
export function SubmissionList({ state, shown, onShow }: SubmissionListProps) {
  return (
    <ul class="submissions">
      {state.submissions.map((submission) => (
        <li key={submission.id}>
          {submission.progress.kind === 'accepted' ? (
            <button type="button" aria-pressed={submission.id === shown} onClick={() => onShow(submission.id)}>
              {submission.name}
            </button>
          ) : (
            <span class="name">{submission.name}</span>
          )}{' '}
          <Progress state={state} submission={submission} />
        </li>
      ))}
    </ul>
  );
}

function Progress({ state, submission: { progress } }: { state: DashboardState; submission: Submission }) {
  switch (progress.kind) {
    case 'sending':
      return <span class="muted">sending…</span>;
    case 'refused':
      return <span class="error">{progress.detail}</span>;
    case 'accepted':
      return <Accepted state={state} frame={progress.frame} />;
  }
}

function Accepted({ state, frame }: { state: DashboardState; frame: Frame }) {
  if (frame.state === 'failed') return <span class="error">{sentence(frame.failure?.detail ?? 'it failed')}</span>;
  if (frame.state === 'dropped')
    return <span class="muted">{sentence(frame.failure?.detail ?? 'it was dropped')}</span>;
  if (frame.state === 'complete') {
    const took = frame.timing.totalMs === null ? '' : ` in ${milliseconds(frame.timing.totalMs)}`;
    return (
      <span>
        {resultSummary(frame)}
        {took}
      </span>
    );
  }
  const { done, total } = tileProgress(frame, state.tiles[frame.id]);
  return (
    <span class="muted">
      {frame.state}, {done} of {plural(total, partNameOf(frame.strategy))}
    </span>
  );
}
