import type { Frame, TileEvent } from '../contract-types.js';
import { type DashboardState, isEnded } from './dashboard-state.js';
import { partNameOf } from './frame-parts.js';
import { stripSenders } from './strip-senders.js';
import { stepTile, type TileLife, victimOf } from './tile-life.js';
import { carry, GATEWAY, type Traffic } from './traffic.js';

/** Something happened to a tile: where it is, what its device does, what travelled. `atMs` is epoch time. */
export function noteTile(state: DashboardState, told: TileEvent, atMs: number): DashboardState {
  const { frame: id, tile, event, device } = told;
  const frame = state.frames.find((each) => each.id === id);
  const activity = { ...state.activity, [device]: { frame: id, tile, event, atMs } };
  if (frame === undefined || (isEnded(frame) && event !== 'done')) return { ...state, activity };
  const lives = state.tiles[id] ?? {};
  const before = lives[tile];
  const life = stepTile(before, told);
  if (life === undefined || life === before) return { ...state, activity };
  const tiles = { ...state.tiles, [id]: { ...lives, [tile]: life } };
  return { ...state, activity, tiles, traffic: travelled(state, { frame, told, before, life }, atMs) };
}

/** One more thing that has happened to a part of a frame. */
interface Step {
  readonly frame: Frame;
  readonly told: TileEvent;
  readonly before: TileLife | undefined;
  readonly life: TileLife;
}

function travelled(
  { cluster, plan, tiles, traffic }: DashboardState,
  { frame: { id, strategy }, told: { tile, device }, before, life }: Step,
  atMs: number,
): Traffic {
  let next = traffic;
  const victim = victimOf(life);
  if (victim !== null && (before === undefined || victimOf(before) === null)) {
    // How many bytes it took is known when it is done.
    next = carry(next, { kind: 'task', from: victim, to: device }, 0, atMs);
  }
  const { cost } = life;
  if (life.state !== 'done' || cost === null || cost === undefined) return next;
  if (cost.inputBytes > 0)
    next = carry(next, { kind: 'task', from: victim ?? GATEWAY, to: device }, cost.inputBytes, atMs);
  next = carry(next, { kind: 'result', from: device, to: GATEWAY }, cost.resultBytes, atMs);
  if (cost.overlapBytes === 0) return next;
  const isPooled = cluster?.overlap.via === 'gateway' && partNameOf(strategy) === 'tile';
  if (isPooled || strategy === 'modnn') {
    return carry(next, { kind: 'overlap', from: GATEWAY, to: device }, cost.overlapBytes, atMs);
  }
  const producers = stripSenders({ plan, strategy }, tiles[id] ?? {}, tile, device);
  // The gateway is told how much came from others, not how much from each.
  for (const from of producers) {
    next = carry(next, { kind: 'overlap', from, to: device }, cost.overlapBytes / producers.length, atMs);
  }
  return next;
}
