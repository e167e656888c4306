import { milliseconds, resultSummary } from '../format.js';
import type { Submission } from '../state/dashboard-state.js';

/** Reads out how each submission ended, once; invisible. */
export function Announcer({ submissions }: { submissions: readonly Submission[] }) {
  return (
    <ul class="visually-hidden" aria-live="polite" aria-label="Results">
      {submissions.map((submission) => {
        const text = outcome(submission);
        return text === null ? null : <li key={submission.id}>{text}</li>;
      })}
    </ul>
  );
}

/** Null until it has ended. */
function outcome({ name, progress }: Submission): string | null {
  switch (progress.kind) {
    case 'sending':
      return null;
    case 'refused':
      return `${name} was refused: ${progress.detail}`;
    case 'accepted': {
      const { state, failure, timing } = progress.frame;
      if (state === 'failed') return `${name} failed: ${failure?.detail ?? ''}`;
      if (state === 'dropped') return `${name} was dropped: ${failure?.detail ?? ''}`;
      if (state !== 'complete') return null;
      const took = timing.totalMs === null ? '' : ` in ${milliseconds(timing.totalMs)}`;
      return `${name}: ${resultSummary(progress.frame)}${took}`;
    }
  }
}
