import type { FtpPlan } from '../../geometry/ftp-plan.js';
import type { ReuseBook } from '../reuse/reuse-book.js';
import type { TaskKey } from '../task-key.js';
import { chooseTile } from './adaptive-order.js';
import { paperOrder } from './tile-order.js';

/** Which of the queued tasks is next, by index, for a thief or (null) for this device. */
export type TilePicker = (tasks: readonly TaskKey[], asker: string | null) => number;

/**
 * Chooses within the oldest frame; tasks of other devices' frames go in the order in which they came.
 *
 * @param order `adaptive`, or `paper`: even rows and columns first (paper section IV.C.3).
 */
export function tilePicker(plan: FtpPlan, book: ReuseBook, order: 'adaptive' | 'paper'): TilePicker {
  const rank = new Map(paperOrder(plan.grid).map((tile, place) => [tile, place]));
  // The first choice works out what every tile costs; better now than when a thief waits for it.
  const all = plan.tiles.map(({ tileId }) => tileId);
  chooseTile(plan, all, book.states('', null));
  return (tasks, asker) => {
    const { frame } = tasks[0]!;
    if (!book.has(frame)) return 0;
    const tiles = tasks.filter((task) => task.frame === frame).map(({ tile }) => tile);
    const next =
      order === 'adaptive'
        ? chooseTile(plan, tiles, book.states(frame, asker))
        : tiles.reduce((best, tile) => (rank.get(tile)! < rank.get(best)! ? tile : best));
    return Math.max(
      0,
      tasks.findIndex((task) => task.frame === frame && task.tile === next),
    );
  };
}
