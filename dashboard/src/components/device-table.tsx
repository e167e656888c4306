import type { DeviceState } from '../contract-types.js';
import { DeviceRow } from './device-row.js';

const COLUMNS = ['Pending', 'Running', 'Tiles run', 'Stolen', 'Given', 'Usual tile', 'Memory'];

/** Every declared device and how it does. */
export function DeviceTable({ loaded, devices }: { loaded: boolean; devices: readonly DeviceState[] }) {
  const deviceIds = devices.map(({ device }) => device);
  return (
    <section class="panel" aria-labelledby="devices-heading">
      <h2 id="devices-heading">Devices</h2>
      {devices.length === 0 ? (
        <p class="muted">
          {loaded ? 'None is declared: add them to cluster.yaml and start the gateway again.' : 'Loading…'}
        </p>
      ) : (
        <table class="cards devices">
          <thead>
            <tr>
              <th scope="col">Device</th>
              <th scope="col">State</th>
              {COLUMNS.map((name) => (
                <th scope="col" class="number" key={name}>
                  {name}
                </th>
              ))}
              <th scope="col">Engine</th>
            </tr>
          </thead>
          <tbody>
            {devices.map((device) => (
              <DeviceRow key={device.device} device={device} deviceIds={deviceIds} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
