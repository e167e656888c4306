import { createHash } from 'node:crypto';
import type { FtpPlan } from '../../geometry/ftp-plan.js';
import type { GangPlan } from '../../geometry/gang/gang-plan.js';
import { formatGrid } from '../../geometry/grid.js';

/** Version of what nodes say to each other; nodes of two versions do not work together. */
export const PROTOCOL_VERSION = 6;

/** Names a plan: two nodes with one digest cut the same graph into the same tiles, and into the same stages of a gang. */
export function planDigest(
  modelDigest: string,
  { grid, stage }: Pick<FtpPlan, 'grid' | 'stage'>,
  { ends }: Pick<GangPlan, 'ends'>,
): string {
  const facts = JSON.stringify([PROTOCOL_VERSION, modelDigest, stage.values, formatGrid(grid), ends]);
  return `sha256:${createHash('sha256').update(facts).digest('hex')}`;
}
