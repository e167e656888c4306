/** The name of a frame's parts: tiles of the plan's grid, or the blocks of a gang's members. */
export type PartName = 'tile' | 'block';

/** Device of the only part of a frame that the gateway computes by itself. */
export const GATEWAY = 'gateway';

/** Returns whether a strategy cuts the fused layers by the plan's grid; MoDNN cuts them as well, in its own way. */
export function isOfTiles(strategy: string): boolean {
  return strategy === 'modnn' || partNameOf(strategy) === 'tile';
}

/** @param strategy one that this page does not know is taken for one with tiles. */
export function partNameOf(strategy: string): PartName {
  switch (strategy) {
    case 'auto':
    case 'gang':
    case 'whole':
    case 'modnn':
      return 'block';
    default:
      return 'tile';
  }
}
