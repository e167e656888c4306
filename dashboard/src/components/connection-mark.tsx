import type { Connection } from '../state/dashboard-state.js';
import { Time } from './time.js';

/** Whether what the page shows is live, and since when it is not. */
export function ConnectionMark({ connection, onRetry }: { connection: Connection; onRetry: () => void }) {
  return (
    <div class="connection" role="status">
      {connection.kind === 'live' && <span class="badge good">Live</span>}
      {connection.kind === 'connecting' && <span class="badge">Connecting…</span>}
      {connection.kind === 'reconnecting' && (
        <>
          <span class="badge bad">{connection.staleSince === null ? 'Not connected' : 'Stale'}</span>
          <button type="button" onClick={onRetry}>
            Retry now
          </button>
          <p class="reason">
            {connection.reason}
            {connection.staleSince !== null && (
              <>
                {' '}
                What you see is as of <Time iso={connection.staleSince} />; reconnecting by itself.
              </>
            )}
          </p>
        </>
      )}
    </div>
  );
}
