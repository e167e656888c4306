import { DeviceMark } from './device-mark.js';

/** Counts of the tiles or blocks that each device computed. */
export function TilesByDevice({ byDevice }: { byDevice: Readonly<Record<string, number>> }) {
  const counts = Object.entries(byDevice).sort(([one], [other]) => one.localeCompare(other, 'en', { numeric: true }));
  if (counts.length === 0) return null;
  return (
    <ul class="tiles-by-device" aria-label="Parts by device">
      {counts.map(([device, tiles]) => (
        <li key={device}>
          <DeviceMark device={device} /> {`×\u00a0${tiles}`}
        </li>
      ))}
    </ul>
  );
}
