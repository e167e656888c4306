import type { FtpPlan } from '../geometry/ftp-plan.js';
import type { Distribution } from '../scheduling/ledger-state.js';
import { isStealing, type Strategy } from '../scheduling/strategy.js';

/** Into how many parts a frame is cut at first, and how they come to devices. */
export function partsOf(strategy: Strategy, plan: FtpPlan): { parts: number; distribution: Distribution } {
  const parts = plan.tiles.length;
  if (isStealing(strategy)) return { parts, distribution: { kind: 'stealing' } };
  if (strategy === 'ftp-wsh') return { parts, distribution: { kind: 'sharing' } };
  const distribution = { kind: 'layered', layers: plan.layers.length, mostSlices: plan.maps.at(-1)!.height } as const;
  return { parts: 1, distribution };
}
