import type { ComponentChildren } from 'preact';
import type { DeviceState } from '../../contract-types.js';
import { plural } from '../../format.js';
import type { DashboardState } from '../../state/dashboard-state.js';
import { isAwaited } from '../../state/problems.js';
import { DeviceMark } from '../device-mark.js';
import { StartCommand } from './start-command.js';

interface DevicesToStartProps extends Pick<DashboardState, 'devices' | 'notices'> {
  readonly usesToken: boolean;
}

/** Devices that have not joined yet, and those that were stopped: nothing is wrong with them. */
export function DevicesToStart({ devices, notices, usesToken }: DevicesToStartProps) {
  const awaited = devices.filter((device) => isAwaited(device, notices));
  const stopped = devices.filter(({ state }) => state === 'left');
  return (
    <>
      {awaited.length > 0 && (
        <Strip devices={awaited} usesToken={usesToken}>
          {plural(awaited.length, 'device has', 'devices have')} not joined yet
        </Strip>
      )}
      {stopped.length > 0 && (
        <Strip devices={stopped} usesToken={usesToken}>
          {plural(stopped.length, 'device was', 'devices were')} stopped
        </Strip>
      )}
    </>
  );
}

interface StripProps {
  readonly devices: readonly DeviceState[];
  readonly usesToken: boolean;
  readonly children: ComponentChildren;
}

function Strip({ children, devices, usesToken }: StripProps) {
  return (
    <details class="to-start">
      <summary>
        <strong>{children}</strong> <span class="link">How to start {devices.length === 1 ? 'it' : 'them'}</span>
      </summary>
      <p class="muted">
        Start each on its own machine, in the folder with cluster.yaml
        {usesToken && (
          <>
            {' '}
            and with <code>DEEPTHINGS_TOKEN</code> set
          </>
        )}
        :
      </p>
      <ul>
        {devices.map(({ address, device }) => (
          <li key={device}>
            <p>
              <DeviceMark device={device} /> <span class="address">{address}</span>
            </p>
            <StartCommand device={device} />
          </li>
        ))}
      </ul>
    </details>
  );
}
