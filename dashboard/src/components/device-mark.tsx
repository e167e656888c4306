/** As many as `devices.css` has colours; the next device begins anew. */
const COLOURS = 8;

/** A device's id with the colour that it has everywhere on the page. */
export function DeviceMark({ device, deviceIds }: { device: string; deviceIds: readonly string[] }) {
  const index = deviceIds.indexOf(device);
  const colour = index < 0 ? 'unknown' : index % COLOURS;
  return (
    <span class="device-mark">
      <span class={`swatch device-${colour}`} aria-hidden="true" />
      {device}
    </span>
  );
}
