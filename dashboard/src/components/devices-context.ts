import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type DeviceLook, deviceLook } from '../device-look.js';
import { shortNames } from '../short-names.js';

const DeviceIds = createContext<readonly string[]>([]);

/** Tells everything within which devices there are, in the order that gives each its colour and letter. */
export const DevicesProvider = DeviceIds.Provider;

export function useDeviceLook(): (device: string) => DeviceLook {
  const ids = useContext(DeviceIds);
  return (device) => deviceLook(ids, device);
}

/** Cuts ids of the cluster's devices to so many characters, no two of them to the same text. */
export function useShortName(characters: number): (device: string) => string {
  const ids = useContext(DeviceIds);
  return (device) => {
    if (device.length <= characters) return device;
    return shortNames(ids.includes(device) ? ids : [...ids, device], characters).get(device)!;
  };
}
