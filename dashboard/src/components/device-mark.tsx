import { useDeviceLook } from './devices-context.js';

/** A device's id with the colour and letter that it has everywhere on the page. */
export function DeviceMark({ device }: { device: string }) {
  const { colourClass, letter } = useDeviceLook()(device);
  return (
    <span class="device-mark">
      <span class={`swatch ${colourClass}`} aria-hidden="true">
        {letter}
      </span>
      {device}
    </span>
  );
}
