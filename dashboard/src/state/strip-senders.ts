import { neighbourAt, SIDES } from '../../../server/geometry/reuse/neighbours.js';
import type { Plan, Strategy } from '../contract-types.js';
import { partNameOf } from './frame-parts.js';
import type { TileLives } from './tile-life.js';

/** Returns the other devices that have run a neighbour of a part: those that its strips can have come from. */
export function stripSenders(
  { plan, strategy }: { readonly plan: Plan | null; readonly strategy: Strategy },
  lives: TileLives,
  part: number,
  device: string,
): readonly string[] {
  if (partNameOf(strategy) === 'tile') return neighbourDevices(plan, lives, part, device);
  const beside = [part - 1, part + 1].flatMap((member) => lives[member]?.device ?? []);
  return [...new Set(beside)].filter((other) => other !== device);
}

function neighbourDevices(plan: Plan | null, lives: TileLives, tile: number, device: string): readonly string[] {
  const stage = plan?.stages[0];
  if (stage === undefined || tile >= stage.tiles.length) return [];
  const neighbours = SIDES.map((side) => neighbourAt(stage.grid, tile, side)).filter((id) => id !== null);
  const devices = neighbours.map((id) => lives[id]).filter((life) => life?.state === 'done' && life.device !== device);
  return [...new Set(devices.map((life) => life!.device))];
}
