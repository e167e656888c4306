import type { Frame } from '../contract-types.js';
import { milliseconds, sentence, summary } from '../format.js';
import type { DashboardState, SubmissionProgress } from '../state/dashboard-state.js';
import { tileProgress } from '../state/select.js';

/** What became of the pictures submitted here, newest first. */
export function SubmissionList({ state }: { state: DashboardState }) {
  if (state.submissions.length === 0) return null;
  return (
    <ul class="submissions">
      {state.submissions.map(({ id, name, progress }) => (
        <li key={id}>
          <span class="name">{name}</span> <Progress state={state} progress={progress} />
        </li>
      ))}
    </ul>
  );
}

function Progress({ state, progress }: { state: DashboardState; progress: SubmissionProgress }) {
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
  if (frame.state === 'complete') {
    const took = frame.timing.totalMs === null ? '' : ` in ${milliseconds(frame.timing.totalMs)}`;
    return (
      <span>
        {summary(frame.detections ?? [])}
        {took}
      </span>
    );
  }
  const { done, total } = tileProgress(state, frame);
  return (
    <span class="muted">
      {frame.state}, {done} of {total} tiles
    </span>
  );
}
