import { DeviceMark } from '../../components/device-mark.js';
import { DeviceStateBadge } from '../../components/device-state-badge.js';
import { useNow } from '../../components/use-now.js';
import { byteRate } from '../../format.js';
import type { DashboardState } from '../../state/dashboard-state.js';
import { doing } from '../../state/select.js';
import { rateAt } from '../../state/traffic.js';

/** The topology in words: what each device is doing now. */
export function DeviceActivity({ state }: { state: DashboardState }) {
  const now = useNow(500);
  const links = Object.values(state.traffic);
  return (
    <table class="activity">
      <caption class="visually-hidden">What each device is doing now</caption>
      <thead>
        <tr>
          <th scope="col">Device</th>
          <th scope="col">Now</th>
          <th scope="col" class="number">
            Queue
          </th>
          <th scope="col" class="number">
            In
          </th>
          <th scope="col" class="number">
            Out
          </th>
        </tr>
      </thead>
      <tbody>
        {state.devices.map((device) => {
          const rate = (end: 'from' | 'to') =>
            links.filter((link) => link[end] === device.device).reduce((sum, link) => sum + rateAt(link, now), 0);
          return (
            <tr key={device.device}>
              <th scope="row">
                <DeviceMark device={device.device} />
              </th>
              <td>{device.state === 'live' ? doing(device, state, now) : <DeviceStateBadge state={device.state} />}</td>
              <td class="number">{device.pending}</td>
              <td class="number">{byteRate(rate('to'))}</td>
              <td class="number">{byteRate(rate('from'))}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
