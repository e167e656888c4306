import { offersOfTile, onlySides, type TileOffers } from '../../geometry/reuse/tile-offer.js';
import { usableSides } from '../../scheduling/reuse/tile-start.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { Process } from '../machine/kernel.js';
import type { DeviceDoor } from '../world.js';
import type { DeviceParts } from './device-parts.js';
import type { PreparedTile } from './device-preparer.js';
import type { TileTask } from './device-tasks.js';

/**
 * Keeps what a finished tile offers, and lets its frame's source know. See `edge/offer-keeper.ts`.
 *
 * @returns bytes of what is said about it.
 */
export function keepOffers(parts: DeviceParts, task: TileTask, { cut, keepFor }: PreparedTile): number {
  const { board, book, holder, host, pool, world } = parts;
  const { plan, sizes, strategy } = world.settings;
  const { frame, source, tile, victim } = task;
  if (strategyNamed(strategy).reuse === 'none' || (source === host.id && !book.has(frame))) return 0;
  const offers = offersOfTile(plan, cut, keepFor);
  if (Object.keys(offers).length > 0) pool.add(frame, tile, offers);
  if (book.has(frame)) {
    const sides = book.queuedSides(frame, tile);
    pool.keepOnly(frame, tile, usableSides(plan, board, task, sides));
    book.finished(frame, tile, offers, null);
    world.kernel.spawn(upload(parts, task, onlySides(offers, sides)));
    return 0;
  }
  if (keepFor.length === 0 || victim === null || victim.device !== source) return 0;
  const bytes = sizes.offerNotice(holder, offers);
  world.kernel.spawn(report(parts, task, victim.address, offers, bytes));
  return bytes;
}

function* report(parts: DeviceParts, task: TileTask, address: string, offers: TileOffers, bytes: number): Process {
  const { board, holder, host, pool, world } = parts;
  const { frame, tile } = task;
  const source = world.at(address) as DeviceDoor;
  const sides = yield* world.wire.request(host, source, bytes, () => source.hearOffers(frame, tile, offers, holder));
  pool.keepOnly(frame, tile, usableSides(world.settings.plan, board, task, sides));
  yield* upload(parts, task, onlySides(offers, sides));
}

/** Puts strips into the gateway's pool. */
function* upload({ host, viaGateway, world }: DeviceParts, { frame, tile }: TileTask, offers: TileOffers): Process {
  if (!viaGateway || Object.keys(offers).length === 0) return;
  const bytes = world.settings.sizes.offeredStrips(host.id, offers);
  yield* world.wire.request(host, world.gateway, bytes, () => world.gateway.poolStrips(frame, tile, offers, bytes));
}
