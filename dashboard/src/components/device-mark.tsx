import { useDeviceLook, useShortName } from './devices-context.js';

interface DeviceMarkProps {
  readonly device: string;
  /** At most as many of the id; absent: all of it. */
  readonly characters?: number;
}

/** A device's id with the colour and letter that it has everywhere on the page; a dash for none. */
export function DeviceMark({ device, characters = Number.POSITIVE_INFINITY }: DeviceMarkProps) {
  const lookOf = useDeviceLook();
  const shortName = useShortName(characters);
  if (device === '') return <span class="muted">–</span>;
  const { colourClass, letter } = lookOf(device);
  return (
    <span class="device-mark" title={device}>
      <span class={`swatch ${colourClass}`} aria-hidden="true">
        {letter}
      </span>
      {shortName(device)}
    </span>
  );
}
