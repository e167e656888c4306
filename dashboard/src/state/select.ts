import type { DeviceState, Frame } from '../contract-types.js';
import { type DashboardState, isEnded } from './dashboard-state.js';
import { partNameOf } from './frame-parts.js';
import type { TileLives } from './tile-life.js';

export interface TileProgress {
  readonly total: number;
  readonly done: number;
  readonly byDevice: Readonly<Record<string, number>>;
}

/** Tiles done: what the gateway says of the frame, or the tile events since where those know more. */
export function tileProgress(frame: Frame, lives: TileLives | undefined): TileProgress {
  const done = Object.values(lives ?? {}).filter(({ state }) => state === 'done');
  if (isEnded(frame) || done.length <= frame.tiles.done) return frame.tiles;
  const byDevice: Record<string, number> = {};
  for (const { device } of done) byDevice[device] = (byDevice[device] ?? 0) + 1;
  return { total: frame.tiles.total, done: done.length, byDevice };
}

/** Whether its process runs, working or drained. */
export function isUp({ state }: DeviceState): boolean {
  return state === 'live' || state === 'draining' || state === 'drained';
}

/** Frames that have not ended, as far as the page knows them. */
export function openFrames({ frames }: DashboardState): readonly Frame[] {
  return frames.filter((frame) => !isEnded(frame));
}

/** What a device does now, in a few words. */
export function doing(
  { device, state, running, pending }: DeviceState,
  { activity, cluster, frames }: DashboardState,
  nowMs: number,
): string {
  switch (state) {
    case 'expected':
      return 'not joined yet';
    case 'draining':
      return 'draining';
    case 'drained':
      return 'drained';
    case 'lost':
      return 'lost';
    case 'left':
      return 'was stopped';
    case 'refused':
      return 'refused';
    case 'quarantined':
      return 'in quarantine';
    case 'live': {
      const last = activity[device];
      const isFresh = last !== undefined && nowMs - last.atMs < FRESH_MS;
      if (isFresh && last.event !== 'queued') {
        const strategy = frames.find(({ id }) => id === last.frame)?.strategy ?? cluster?.strategy ?? '';
        return `${VERB[last.event]} ${partNameOf(strategy)} ${last.tile}`;
      }
      if (running > 0) return 'computing';
      return pending > 0 ? 'has tasks queued' : 'idle';
    }
  }
}

/** A device that was heard of longer ago does something else by now. */
const FRESH_MS = 1_200;

const VERB = {
  queued: 'queued',
  assigned: 'took',
  running: 'computes',
  returned: 'gave back',
  refused: 'was refused',
  expired: 'overdue with',
  lost: 'lost',
  pushed: 'was given',
  done: 'finished',
  duplicate: 'finished again',
  audit: 'checks',
  audited: 'confirmed',
  disputed: 'differs on',
} as const;
