import type { FrameTrace, TileEvent } from '../contract-types.js';

/** Where one tile of a frame is, and how it came there. */
export interface TileLife {
  readonly state: 'queued' | 'assigned' | 'running' | 'done';
  readonly device: string;
  readonly attempt: number;
  /** The device whose queue it was in last; null when that was not told. */
  readonly queuedOn: string | null;
  /** Expired or lost at least once. */
  readonly retried: boolean;
  readonly cost: TileEvent['cost'] | null;
}

/** By tile id. */
export type TileLives = Readonly<Record<number, TileLife>>;

/** What is told of a tile, live or in a frame's trace. */
export type TileNews = Pick<TileEvent, 'event' | 'cost'> & {
  readonly device?: string | undefined;
  readonly attempt?: number | undefined;
};

/** A tile after one more thing has happened to it. */
export function stepTile(before: TileLife | undefined, news: TileNews): TileLife | undefined {
  const { event } = news;
  // The first result of any attempt counts; whatever comes after it changes nothing, but that the frame began anew.
  const isAnew =
    (event === 'queued' || event === 'pushed') && before !== undefined && (news.attempt ?? 1) > before.attempt;
  if ((before?.state === 'done' && !isAnew) || event === 'duplicate') return before;
  const device = news.device ?? before?.device ?? '';
  const attempt = news.attempt ?? before?.attempt ?? 1;
  const retried = before?.retried === true || attempt > 1;
  switch (event) {
    case 'queued':
    case 'pushed':
    case 'returned':
      return { state: 'queued', device, attempt, queuedOn: device, retried, cost: null };
    case 'refused':
    case 'expired':
    case 'lost':
      return { state: 'queued', device, attempt, queuedOn: before?.queuedOn ?? null, retried: true, cost: null };
    case 'assigned':
    case 'running':
    case 'done':
      return { state: event, device, attempt, queuedOn: before?.queuedOn ?? null, retried, cost: news.cost ?? null };
    case 'audit':
    case 'audited':
    case 'disputed':
      return before;
  }
}

/** Who it was stolen from; null when it stayed where it was queued. */
export function victimOf({ device, queuedOn, state }: TileLife): string | null {
  return state === 'queued' || queuedOn === null || queuedOn === device ? null : queuedOn;
}

/**
 * Whether it took something from its neighbours: strips from other devices, or from its own, which show in that it
 * computed less than a tile that reuses nothing.
 *
 * @param wholeMacs of the tile when it reuses nothing; undefined when that is not known.
 */
export function isReusing({ cost }: TileLife, wholeMacs: number | undefined): boolean {
  if (cost === null || cost === undefined) return false;
  return cost.overlapBytes > 0 || (cost.macs !== null && wholeMacs !== undefined && cost.macs < wholeMacs);
}

/** The tiles of a frame whose beginning was missed, or that has long ended, by its trace. */
export function livesOfTrace({ tiles }: Pick<FrameTrace, 'tiles'>): TileLives {
  const lives: Record<number, TileLife> = {};
  for (const { tile, history, computeMs, inputBytes, overlapBytes, resultBytes, macs } of tiles) {
    const cost = { computeMs, inputBytes, overlapBytes, resultBytes, macs };
    const life = history.reduce<TileLife | undefined>(
      (before, news) => stepTile(before, news.event === 'done' ? { ...news, cost } : news),
      undefined,
    );
    if (life !== undefined) lives[tile] = life;
  }
  return lives;
}
