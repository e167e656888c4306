import { grid } from '../format.js';
import type { ClusterFacts, Link } from '../state/dashboard-state.js';
import { LinkState } from './link-state.js';

interface HeaderProps {
  readonly cluster: ClusterFacts | null;
  readonly link: Link;
  /** For a token: then there is no connection to speak of. */
  readonly isAsking: boolean;
  readonly onRetry: () => void;
}

/** Which cluster this is, what it runs, and whether what the page shows is live. */
export function Header({ cluster, link, isAsking, onRetry }: HeaderProps) {
  return (
    <header class="page-header">
      <div class="title">
        <h1>{cluster?.name ?? 'DeepThings'}</h1>
        {!isAsking && <LinkState link={link} onRetry={onRetry} />}
      </div>
      {cluster !== null && (
        <dl class="facts">
          <Fact name="Model" value={cluster.model.name} />
          <Fact name="Grid" value={grid(cluster.plan.grid)} />
          <Fact name="Fused layers" value={String(cluster.plan.fusedDepth)} />
          <Fact name="Strategy" value={cluster.strategy} />
        </dl>
      )}
    </header>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
