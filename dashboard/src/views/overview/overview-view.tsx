import { CurlHint } from '../../components/curl-hint.js';
import { FrameList } from '../../components/frame-list.js';
import { Panel } from '../../components/panel.js';
import { formatRoute } from '../../routing/route.js';
import type { Session } from '../../session.js';
import type { DashboardState } from '../../state/dashboard-state.js';
import { DeviceActivity } from './device-activity.js';
import { DrainedDevices } from './drained-devices.js';
import { KeyFigures } from './key-figures.js';
import { PaceCharts } from './pace-charts.js';
import { Topology } from './topology.js';

const LISTED = 6;

/** The cluster as a whole, now. */
export function OverviewView({ state, session }: { state: DashboardState; session: Session }) {
  if (state.cluster === null) return <p class="loading muted">Loading…</p>;
  return (
    <>
      <DrainedDevices devices={state.devices} />
      <KeyFigures state={state} />
      <Panel title="Cluster" class="cluster">
        {state.devices.length > 0 && state.cluster.computes === 'gateway' && (
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
      <Panel
        title="Latest frames"
        aside={<a href={formatRoute({ view: 'history', filter: {}, before: null })}>All frames</a>}
      >
        {state.frames.length === 0 ? (
          <div class="empty">
            <p>
              No frames yet. <a href={formatRoute({ view: 'submit' })}>Submit a picture</a>, or from a shell:
            </p>
            <CurlHint usesToken={session.usesToken()} />
          </div>
        ) : (
          <FrameList
            caption="The latest frames"
            frames={state.frames.slice(0, LISTED)}
            tiles={state.tiles}
            session={session}
          />
        )}
      </Panel>
    </>
  );
}
