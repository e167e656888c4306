import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { GATEWAY } from '../state/frame-parts.js';

/** As many as `devices.css` has colours; the next device begins anew, with another letter. */
const COLOURS = 8;

const DeviceIds = createContext<readonly string[]>([]);

/** Tells everything within which devices there are, in the order that gives each its colour and letter. */
export const DevicesProvider = DeviceIds.Provider;

/** How a device is told apart everywhere on the page: never by colour alone. */
export interface DeviceLook {
  /** A class with the colour as `--device` and that of text upon it as `--on-device`. */
  readonly colourClass: string;
  /** A to Z, then A2 and so on. */
  readonly letter: string;
}

export function useDeviceLook(): (device: string) => DeviceLook {
  const ids = useContext(DeviceIds);
  return (device) => {
    const index = ids.indexOf(device);
    return index < 0
      ? { colourClass: 'device-unknown', letter: device === GATEWAY ? 'G' : '?' }
      : { colourClass: `device-${index % COLOURS}`, letter: letterOf(index) };
  };
}

function letterOf(index: number): string {
  const round = Math.floor(index / 26) + 1;
  return String.fromCharCode(65 + (index % 26)) + (round > 1 ? round : '');
}
