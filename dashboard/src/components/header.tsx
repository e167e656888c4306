import type { Route } from '../routing/route.js';
import type { ClusterFacts, Connection } from '../state/dashboard-state.js';
import { Fact } from './fact.js';
import { Navigation } from './navigation.js';
import { ConnectionMark } from './status/connection-mark.js';

interface HeaderProps {
  readonly cluster: ClusterFacts | null;
  readonly connection: Connection;
  readonly route: Route;
  /** For a token: then there is no connection to speak of. */
  readonly isAsking: boolean;
}

/** Which cluster this is, what it runs, whether what the page shows is live, and the way to its views. */
export function Header({ cluster, connection, route, isAsking }: HeaderProps) {
  return (
    <header class="page-header">
      <div class="page-head">
        <div class="title">
          <p class="cluster-name">{cluster?.name ?? 'DeepThings'}</p>
          {!isAsking && <ConnectionMark connection={connection} />}
        </div>
        {cluster !== null && (
          <dl class="facts">
            <Fact name="Model">{cluster.model.name}</Fact>
          </dl>
        )}
      </div>
      {!isAsking && <Navigation route={route} />}
    </header>
  );
}
