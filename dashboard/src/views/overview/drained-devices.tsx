import { formatRoute } from '../../routing/route.js';
import type { DashboardState } from '../../state/dashboard-state.js';

/** Devices that somebody has taken out: nothing is wrong with them. Its frame stays, so that changes are read out. */
export function DrainedDevices({ devices }: Pick<DashboardState, 'devices'>) {
  const out = devices.filter(({ state }) => state === 'draining' || state === 'drained');
  return (
    <div aria-live="polite">
      {out.length > 0 && (
        <ul class="drained-devices">
          {out.map(({ device, state }) => (
            <li key={device}>
              Device {device} is {state}:{' '}
              {state === 'draining'
                ? 'it finishes what it has and takes nothing new.'
                : 'it takes no part until it is resumed.'}{' '}
              <a href={formatRoute({ view: 'devices' })}>See the devices</a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
