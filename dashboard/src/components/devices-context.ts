import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type DeviceLook, deviceLook } from '../device-look.js';

const DeviceIds = createContext<readonly string[]>([]);

/** Tells everything within which devices there are, in the order that gives each its colour and letter. */
export const DevicesProvider = DeviceIds.Provider;

export function useDeviceLook(): (device: string) => DeviceLook {
  const ids = useContext(DeviceIds);
  return (device) => deviceLook(ids, device);
}
