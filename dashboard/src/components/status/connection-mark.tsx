import type { Connection } from '../../state/dashboard-state.js';

/** The state of the page's connection to the gateway. */
export function ConnectionMark({ connection }: { connection: Connection }) {
  return (
    <div class="connection" role="status">
      {connection.kind === 'live' && <span class="badge good">Live</span>}
      {connection.kind === 'connecting' && <span class="badge">Connecting…</span>}
      {connection.kind === 'reconnecting' && (
        <span class="badge bad">{connection.staleSince === null ? 'Not connected' : 'Stale'}</span>
      )}
    </div>
  );
}
