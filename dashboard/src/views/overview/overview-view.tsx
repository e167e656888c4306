import { Panel } from '../../components/panel.js';
import type { Picture, Session } from '../../session.js';
import type { DashboardState } from '../../state/dashboard-state.js';
import { DeviceActivity } from './device-activity.js';
import { DrainedDevices } from './drained-devices.js';
import { FirstRun } from './first-run.js';
import { KeyFigures } from './key-figures.js';
import { LatestPictures } from './latest-pictures.js';
import { OriginList } from './origin-list.js';
import { PaceCharts } from './pace-charts.js';
import { Topology } from './topology.js';
import { useResults } from './use-results.js';

interface OverviewViewProps {
  readonly state: DashboardState;
  readonly session: Session;
  readonly onPictures: (pictures: readonly Picture[]) => void;
}

/** The cluster as a whole, now; the ways to a first result while it has none. */
export function OverviewView({ state, session, onPictures }: OverviewViewProps) {
  if (state.cluster === null) return <p class="loading muted">Loading…</p>;
  return (
    <>
      <DrainedDevices devices={state.devices} />
      {state.frames.length === 0 ? (
        <FirstRun state={state} usesToken={session.usesToken()} onPictures={onPictures} />
      ) : (
        <ClusterNow state={state} session={session} />
      )}
    </>
  );
}

/** What was found first, then the cluster that finds it. */
function ClusterNow({ state, session }: Pick<OverviewViewProps, 'state' | 'session'>) {
  const results = useResults(state.frames);
  return (
    <>
      <LatestPictures frames={results} session={session} />
      <OriginList frames={results} session={session} />
      <KeyFigures state={state} />
      <Panel title="Cluster" class="cluster">
        {state.devices.length > 0 && state.cluster?.computes === 'gateway' && (
          <p class="muted">No device is live: the gateway computes frames by itself until one is back.</p>
        )}
        {state.devices.length === 0 ? (
          <p class="muted">The gateway computes frames by itself: cluster.yaml declares no devices.</p>
        ) : (
          <div class="cluster-live">
            <Topology state={state} />
            <DeviceActivity state={state} />
          </div>
        )}
      </Panel>
      <PaceCharts pace={state.pace} />
    </>
  );
}
