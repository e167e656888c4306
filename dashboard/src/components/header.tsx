import { grid } from '../format.js';
import type { Route } from '../routing/route.js';
import type { ClusterFacts, Connection } from '../state/dashboard-state.js';
import { isOfTiles } from '../state/frame-parts.js';
import { ConnectionMark } from './connection-mark.js';
import { Fact } from './fact.js';
import { Navigation } from './navigation.js';

interface HeaderProps {
  readonly cluster: ClusterFacts | null;
  readonly connection: Connection;
  readonly route: Route;
  /** For a token: then there is no connection to speak of. */
  readonly isAsking: boolean;
  readonly onRetry: () => void;
}

/** Which cluster this is, what it runs, whether what the page shows is live, and the way to its views. */
export function Header({ cluster, connection, route, isAsking, onRetry }: HeaderProps) {
  return (
    <header class="page-header">
      <div class="page-head">
        <div class="title">
          <p class="cluster-name">{cluster?.name ?? 'DeepThings'}</p>
          {!isAsking && <ConnectionMark connection={connection} onRetry={onRetry} />}
        </div>
        {cluster !== null && (
          <dl class="facts">
            <Fact name="Model">{cluster.model.name}</Fact>
            {isOfTiles(cluster.strategy) && <Fact name="Grid">{grid(cluster.plan.grid)}</Fact>}
            {isOfTiles(cluster.strategy) && <Fact name="Fused layers">{cluster.plan.fusedDepth}</Fact>}
            <Fact name="Strategy">{cluster.strategy}</Fact>
          </dl>
        )}
      </div>
      {!isAsking && <Navigation route={route} />}
    </header>
  );
}
