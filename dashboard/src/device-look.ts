import { GATEWAY } from './state/frame-parts.js';

/** The number of colours in `device-colours.css`. One device more has the first colour again, with a letter of its own. */
export const DEVICE_COLOURS = 16;

/** The colour and the letter of a device, the same everywhere on the page. */
export interface DeviceLook {
  /** A class with the colour as `--device` and that of text upon it as `--on-device`. */
  readonly colourClass: string;
  /** A to Z, then A2 and so on. */
  readonly letter: string;
}

/** @param ids of all devices, in the order that gives each its colour and letter. */
export function deviceLook(ids: readonly string[], device: string): DeviceLook {
  const index = ids.indexOf(device);
  return index < 0
    ? { colourClass: 'device-unknown', letter: device === GATEWAY ? 'G' : '?' }
    : { colourClass: `device-${index % DEVICE_COLOURS}`, letter: letterOf(index) };
}

function letterOf(index: number): string {
  const round = Math.floor(index / 26) + 1;
  return String.fromCharCode(65 + (index % 26)) + (round > 1 ? round : '');
}
