import type { Link } from '../state/dashboard-state.js';
import { Time } from './time.js';

/** Whether what the page shows is live, and since when it is not. */
export function LinkState({ link, onRetry }: { link: Link; onRetry: () => void }) {
  return (
    <div class="link-state" role="status">
      {link.kind === 'live' && <span class="badge good">Connected</span>}
      {link.kind === 'connecting' && <span class="badge">Connecting…</span>}
      {link.kind === 'reconnecting' && (
        <>
          <span class="badge bad">Reconnecting…</span>
          <button type="button" onClick={onRetry}>
            Retry now
          </button>
          <p class="reason">
            {link.reason}
            {link.staleSince !== null && (
              <>
                {' '}
                Stale since <Time iso={link.staleSince} />.
              </>
            )}
          </p>
        </>
      )}
    </div>
  );
}
