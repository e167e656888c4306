import type { FtpPlan } from '../../../server/geometry/ftp-plan.js';
import { cutTile, type TileCut } from '../../../server/geometry/reuse/tile-cut.js';
import { offersOfTile, offersToTile } from '../../../server/geometry/reuse/tile-offer.js';
import type { TileState } from '../../../server/scheduling/reuse/tile-reuse.js';

export interface OneFrame {
  /** Over the untiled network on one such device. */
  readonly speedup: number;
  /** Multiply-accumulates over the needed ones. */
  readonly macs: number;
  /** In the order in which tiles were handed out. */
  readonly order: readonly number[];
}

export type Choose = (plan: FtpPlan, queued: readonly number[], states: readonly TileState[]) => number | null;

/**
 * One frame on devices that compute equally fast, over a network that costs nothing. A tile takes as long as it has
 * MACs; all that ends at one instant has ended before anything is handed out.
 */
export function runOneFrame(plan: FtpPlan, devices: number, choose: Choose, reuse = true): OneFrame {
  const states: TileState[] = plan.tiles.map(() => ({ kind: 'queued' }));
  const running = new Map<number, { readonly cut: TileCut; readonly endMacs: number }>();
  const order: number[] = [];
  let nowMacs = 0;
  let macs = 0;
  for (;;) {
    while (running.size < devices) {
      const queued = [...states.keys()].filter((tileId) => states[tileId]!.kind === 'queued');
      const tileId = choose(plan, queued, states);
      if (tileId === null) break;
      const cut = cutTile(plan, tileId, reuse ? offersThere(plan, tileId, states) : {});
      const tileMacs = cut.macs;
      macs += tileMacs;
      states[tileId] = { kind: 'in-flight' };
      running.set(tileId, { cut, endMacs: nowMacs + tileMacs });
      order.push(tileId);
    }
    if (running.size === 0) break;
    nowMacs = Math.min(...[...running.values()].map(({ endMacs }) => endMacs));
    for (const [tileId, { cut, endMacs }] of running) {
      if (endMacs > nowMacs) continue;
      running.delete(tileId);
      states[tileId] = { kind: 'done', offers: offersOfTile(plan, cut) };
    }
  }
  const needed = plan.stage.macs;
  return { speedup: needed / nowMacs, macs: macs / needed, order };
}

function offersThere(plan: FtpPlan, tileId: number, states: readonly TileState[]) {
  return offersToTile(plan, tileId, (producer) => {
    const state = states[producer]!;
    return state.kind === 'done' ? state.offers : null;
  });
}
