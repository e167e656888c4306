import { neighbourAt, SIDES } from '../../../server/geometry/reuse/neighbours.js';
import type { Plan } from '../contract-types.js';
import type { TileLives } from './tile-life.js';

/** The other devices that have run a neighbour of a tile: those that its overlap data can have come from. */
export function neighbourDevices(plan: Plan | null, lives: TileLives, tile: number, device: string): readonly string[] {
  const stage = plan?.stages[0];
  if (stage === undefined || tile >= stage.tiles.length) return [];
  const neighbours = SIDES.map((side) => neighbourAt(stage.grid, tile, side)).filter((id) => id !== null);
  const devices = neighbours.map((id) => lives[id]).filter((life) => life?.state === 'done' && life.device !== device);
  return [...new Set(devices.map((life) => life!.device))];
}
