import type { TileOffers } from '../../geometry/reuse/tile-offer.js';
import { OfferKeeping } from '../../scheduling/reuse/kept-offers.js';
import type { TileUnderWay } from '../../scheduling/reuse/tile-start.js';
import type { Process } from '../machine/kernel.js';
import type { DeviceDoor } from '../world.js';
import type { DeviceParts } from './device-parts.js';
import type { TileTask } from './device-tasks.js';

/** Keeps what finished tiles offer, and lets other nodes know, as `OfferKeeping` says. */
export class DeviceOffers {
  readonly #parts: DeviceParts;
  readonly #keeping: OfferKeeping;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
    const { board, startParts } = parts;
    this.#keeping = new OfferKeeping({ ...startParts, board });
  }

  /** @returns bytes of what is said about it. */
  keep(task: TileTask, tile: TileUnderWay): number {
    const { holder, pool, world } = this.#parts;
    const news = this.#keeping.keep(task, tile, (offers) => pool.add(task.frame, task.tile, offers));
    if (news === null) return 0;
    if (news.kind === 'pool') {
      world.kernel.spawn(this.#upload(task, news.offers));
      return 0;
    }
    const bytes = world.settings.sizes.offerNotice(holder, news.offers);
    world.kernel.spawn(this.#report(task, news.address, news.offers, bytes));
    return bytes;
  }

  *#report(task: TileTask, address: string, offers: TileOffers, bytes: number): Process {
    const { holder, host, world } = this.#parts;
    const { frame, tile } = task;
    const source = world.at(address) as DeviceDoor;
    const sides = yield* world.wire.request(host, source, bytes, () => source.hearOffers(frame, tile, offers, holder));
    yield* this.#upload(task, this.#keeping.toldOf(task, offers, sides));
  }

  /** Puts strips into the gateway's pool. */
  *#upload({ frame, tile }: TileTask, offers: TileOffers): Process {
    const { host, viaGateway, world } = this.#parts;
    if (!viaGateway || Object.keys(offers).length === 0) return;
    const bytes = world.settings.sizes.offeredStrips(host.id, offers);
    yield* world.wire.request(host, world.gateway, bytes, () => world.gateway.poolStrips(frame, tile, offers, bytes));
  }
}
