/** The name of a frame's parts: tiles of the plan's grid, MoDNN's slices, or the blocks of a gang's members. */
export type PartName = 'tile' | 'slice' | 'block';

/** Device of the only part of a frame that the gateway computes by itself. */
export const GATEWAY = 'gateway';

/** @param strategy one that this page does not know is taken for one with tiles. */
export function partNameOf(strategy: string): PartName {
  switch (strategy) {
    case 'modnn':
      return 'slice';
    case 'gang':
    case 'whole':
      return 'block';
    default:
      return 'tile';
  }
}
