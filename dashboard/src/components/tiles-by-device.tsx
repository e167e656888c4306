import { DeviceMark } from './device-mark.js';

interface TilesByDeviceProps {
  readonly byDevice: Readonly<Record<string, number>>;
  readonly deviceIds: readonly string[];
}

/** How many tiles each device computed, in the order of the devices. */
export function TilesByDevice({ byDevice, deviceIds }: TilesByDeviceProps) {
  const counts = Object.entries(byDevice).sort(([one], [other]) => deviceIds.indexOf(one) - deviceIds.indexOf(other));
  if (counts.length === 0) return null;
  return (
    <ul class="tiles-by-device">
      {counts.map(([device, tiles]) => (
        <li key={device}>
          <DeviceMark device={device} deviceIds={deviceIds} /> {tiles}
        </li>
      ))}
    </ul>
  );
}
