import { milliseconds, summary } from '../format.js';
import type { Submission } from '../state/dashboard-state.js';

/** Reads out how the latest submission ended, once; invisible. */
export function Announcer({ submissions }: { submissions: readonly Submission[] }) {
  return (
    <p class="visually-hidden" aria-live="polite">
      {submissions[0] === undefined ? '' : outcome(submissions[0])}
    </p>
  );
}

function outcome({ name, progress }: Submission): string {
  switch (progress.kind) {
    case 'sending':
      return '';
    case 'refused':
      return `${name} was refused: ${progress.detail}`;
    case 'accepted': {
      const { state, detections, failure, timing } = progress.frame;
      if (state === 'failed') return `${name} failed: ${failure?.detail ?? ''}`;
      if (state !== 'complete') return '';
      const took = timing.totalMs === null ? '' : ` in ${milliseconds(timing.totalMs)}`;
      return `${name}: ${summary(detections ?? [])}${took}`;
    }
  }
}
