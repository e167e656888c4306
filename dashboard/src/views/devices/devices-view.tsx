import { Panel } from '../../components/panel.js';
import { engineText } from '../../format.js';
import type { Session } from '../../session.js';
import type { DashboardState } from '../../state/dashboard-state.js';
import { isAwaited } from '../../state/problems.js';
import { DeviceCard } from './device-card.js';

/** Every declared device and how it does. */
export function DevicesView({ state, session }: { state: DashboardState; session: Session }) {
  if (state.cluster === null) return <p class="loading muted">Loading…</p>;
  if (state.devices.length === 0) {
    return (
      <Panel title="No devices">
        <p>
          cluster.yaml declares none, and the gateway computes frames by itself. To use devices, add them there and
          start the gateway again.
        </p>
      </Panel>
    );
  }
  return (
    <>
      <div class="device-cards">
        {state.devices.map((device) => (
          <DeviceCard
            key={device.device}
            device={device}
            isAwaited={isAwaited(device, state.notices)}
            past={state.pastProblems[device.device]}
            session={session}
          />
        ))}
      </div>
      <p class="muted">The gateway runs the remaining layers with {engineText(state.cluster.engine)}.</p>
    </>
  );
}
