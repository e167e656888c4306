import type { DeviceState, Frame } from '../contract-types.js';
import { type DashboardState, isEnded, type SeenNotice } from './dashboard-state.js';

/**
 * The frame to show large: the chosen one, else the newest that has ended, so that the picture does not jump back and
 * forth while the next one is computed; with none ended yet, the newest.
 */
export function shownFrame({ selected, frames }: DashboardState): Frame | null {
  return selected ?? frames.find(isEnded) ?? frames[0] ?? null;
}

export interface TileProgress {
  readonly total: number;
  readonly done: number;
  readonly byDevice: Readonly<Record<string, number>>;
}

/** Tiles done: what the gateway says of the frame, or the tile events since where those know more. */
export function tileProgress(state: DashboardState, frame: Frame): TileProgress {
  const told = Object.values(state.doneTiles[frame.id] ?? {});
  if (isEnded(frame) || told.length <= frame.tiles.done) return frame.tiles;
  const byDevice: Record<string, number> = {};
  for (const device of told) byDevice[device] = (byDevice[device] ?? 0) + 1;
  return { total: frame.tiles.total, done: told.length, byDevice };
}

export type Problem =
  | { readonly kind: 'device'; readonly device: DeviceState; readonly detail: string }
  | { readonly kind: 'notice'; readonly notice: SeenNotice };

/** What is wrong now, devices first. */
export function problems({ devices, notices }: DashboardState): readonly Problem[] {
  const ofDevices = devices.flatMap((device): Problem[] => {
    const detail = deviceProblem(device);
    return detail === null ? [] : [{ kind: 'device', device, detail }];
  });
  const said = new Set(devices.map(({ problem }) => problem));
  const others = notices.filter(({ detail }) => !said.has(detail));
  return [...ofDevices, ...others.map((notice): Problem => ({ kind: 'notice', notice }))];
}

function deviceProblem({ device, address, state, problem }: DeviceState): string | null {
  if (problem !== null) return problem;
  if (state === 'lost') {
    return `Its heartbeats stopped. See that the machine at ${address} is on and reachable, and that "deepthings edge ${device}" runs there.`;
  }
  if (state === 'refused') {
    return `The gateway refuses it. Give it the gateway's cluster.yaml and model, then start "deepthings edge ${device}" again.`;
  }
  return null;
}
