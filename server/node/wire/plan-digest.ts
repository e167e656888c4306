import { createHash } from 'node:crypto';
import { formatGrid, type Grid } from '../../geometry/grid.js';

/** Version of what nodes say to each other; nodes of two versions do not work together. */
export const PROTOCOL_VERSION = 4;

/** Names a plan: two nodes with one digest cut the same layers of the same input into the same tiles. */
export function planDigest(plan: {
  readonly modelDigest: string;
  readonly depth: number;
  readonly grid: Grid;
}): string {
  const facts = JSON.stringify([PROTOCOL_VERSION, plan.modelDigest, plan.depth, formatGrid(plan.grid)]);
  return `sha256:${createHash('sha256').update(facts).digest('hex')}`;
}
