import { useDeviceLook } from './devices-context.js';

/** A device's id with the colour and letter that it has everywhere on the page; a dash for none. */
export function DeviceMark({ device }: { device: string }) {
  const lookOf = useDeviceLook();
  if (device === '') return <span class="muted">–</span>;
  const { colourClass, letter } = lookOf(device);
  return (
    <span class="device-mark">
      <span class={`swatch ${colourClass}`} aria-hidden="true">
        {letter}
      </span>
      {device}
    </span>
  );
}
