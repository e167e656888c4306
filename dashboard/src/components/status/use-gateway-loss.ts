import { useEffect, useState } from 'preact/hooks';
import type { Connection } from '../../state/dashboard-state.js';

/** A connection that a proxy ends now and then, or a gateway that starts again at once, is back within this. */
const GRACE_MS = 2_000;

export type LostConnection = Extract<Connection, { readonly kind: 'reconnecting' }>;

/** The connection when it has been lost for a while, or never was; null while it is there or may be back in a moment. */
export function useGatewayLoss(connection: Connection): LostConnection | null {
  const [isLong, setLong] = useState(false);
  const isAway = connection.kind === 'reconnecting';
  useEffect(() => {
    setLong(false);
    if (!isAway) return undefined;
    const timer = setTimeout(() => setLong(true), GRACE_MS);
    return () => clearTimeout(timer);
  }, [isAway]);
  return connection.kind === 'reconnecting' && (isLong || connection.staleSince === null) ? connection : null;
}
