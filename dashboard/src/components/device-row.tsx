import type { DeviceState } from '../contract-types.js';
import { byteSize, milliseconds } from '../format.js';
import { DeviceMark } from './device-mark.js';
import { Time } from './time.js';

const STATE: Readonly<Record<DeviceState['state'], { readonly text: string; readonly tone: string }>> = {
  expected: { text: 'not seen yet', tone: 'badge' },
  live: { text: 'live', tone: 'badge good' },
  lost: { text: 'lost', tone: 'badge bad' },
  left: { text: 'left', tone: 'badge' },
  refused: { text: 'refused', tone: 'badge bad' },
};

interface DeviceRowProps {
  readonly device: DeviceState;
  readonly deviceIds: readonly string[];
}

export function DeviceRow({ device, deviceIds }: DeviceRowProps) {
  const { counters, engine, state, lastSeenAt } = device;
  const isAway = state !== 'live' && lastSeenAt !== null;
  return (
    <tr>
      <th scope="row">
        <DeviceMark device={device.device} deviceIds={deviceIds} />
        <span class="address">{device.address}</span>
      </th>
      <td class="state">
        <span class={STATE[state].tone}>{STATE[state].text}</span>
        {isAway && (
          <span class="note">
            seen <Time iso={lastSeenAt} />
          </span>
        )}
      </td>
      <Count name="Pending" value={device.pending} />
      <Count name="Running" value={device.running} />
      <Count name="Tiles run" value={counters?.tilesRun} />
      <Count name="Stolen" value={counters?.tilesStolen} />
      <Count name="Given" value={counters?.tilesGiven} />
      <Count name="Usual tile" value={counters && counters.tilesRun > 0 ? milliseconds(counters.tileMs) : undefined} />
      <Count name="Memory" value={counters && counters.rssBytes > 0 ? byteSize(counters.rssBytes) : undefined} />
      <td class="engine" data-label="Engine">
        {engine === null ? (
          '–'
        ) : (
          <>
            {engine.name} {engine.version}
            <span class="note">
              {engine.threads} {engine.threads === 1 ? 'thread' : 'threads'}
            </span>
          </>
        )}
      </td>
    </tr>
  );
}

/** A dash where nothing was measured yet. */
function Count({ name, value }: { name: string; value: number | string | undefined }) {
  return (
    <td class="number" data-label={name}>
      {value ?? '–'}
    </td>
  );
}
