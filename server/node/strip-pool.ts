import type { FtpPlan } from '../geometry/ftp-plan.js';
import { containsRegion, type MapRegion, type Region } from '../geometry/region.js';
import { neighbourAt, oppositeSide, SIDES, type Side } from '../geometry/reuse/neighbours.js';
import { onlySides, type TileOffers } from '../geometry/reuse/tile-offer.js';

/** Values of one offered region, `[channels, height, width]`. */
export interface PooledStrip {
  readonly region: Region;
  readonly data: Float32Array;
}

/** What a tile keeps for the neighbour at one of its sides. */
interface PooledSide {
  /** By map. */
  readonly strips: (PooledStrip | undefined)[];
  bytes: number;
}

interface PooledTile {
  readonly offers: TileOffers;
  readonly sides: ReadonlyMap<Side, PooledSide>;
  readonly bytes: number;
  /** All that it came in, also of what is not kept any more. */
  readonly buffers: ReadonlySet<ArrayBufferLike>;
}

/**
 * The border strips of finished tiles, until their frame has ended: on a device those that it computed itself, on the
 * gateway those that devices put there (the paper's overlapped data pool). Bounded by bytes: the oldest frame's go
 * first; who counted on one computes it instead.
 */
export class StripPool {
  readonly #limitBytes: number;
  /** By frame, in the order in which they came, then by tile. */
  readonly #frames = new Map<string, Map<number, PooledTile>>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get frames(): readonly string[] {
    return [...this.#frames.keys()];
  }

  /** @returns whether there was room for what the tile offers. */
  add(frame: string, tile: number, offers: TileOffers, kept: readonly KeptData[]): boolean {
    const sides = sidesOf(offers, kept);
    const bytes = bytesOf(sides);
    const tiles = this.#frames.get(frame) ?? new Map<number, PooledTile>();
    this.#bytes += bytes - (tiles.get(tile)?.bytes ?? 0);
    tiles.set(tile, { offers, sides, bytes, buffers: new Set(kept.map(({ data }) => data.buffer)) });
    this.#frames.set(frame, tiles);
    for (const oldest of this.#frames.keys()) {
      if (this.#bytes <= this.#limitBytes || oldest === frame) break;
      this.drop(oldest);
    }
    if (this.#bytes > this.#limitBytes) this.drop(frame);
    return this.#frames.has(frame);
  }

  /** Forgets what a tile keeps for neighbours that cannot use it any more. */
  keepOnly(frame: string, tile: number, sides: readonly Side[]): void {
    const tiles = this.#frames.get(frame);
    const kept = tiles?.get(tile);
    if (tiles === undefined || kept === undefined) return;
    const left = new Map([...kept.sides].filter(([side]) => sides.includes(side)));
    const bytes = bytesOf(left);
    this.#bytes += bytes - kept.bytes;
    tiles.set(tile, { ...kept, offers: onlySides(kept.offers, sides), sides: left, bytes });
  }

  /** What a tile of this device offers; null when it has run elsewhere, or its strips are gone. */
  offersOf(frame: string, tile: number): TileOffers | null {
    return this.#frames.get(frame)?.get(tile)?.offers ?? null;
  }

  /** A region of what a neighbour of this tile keeps here; null when it is not there. */
  find(plan: FtpPlan, frame: string, consumer: number, { map, region }: MapRegion): PooledStrip | null {
    for (const side of SIDES) {
      const producer = neighbourAt(plan.grid, consumer, side);
      const strip = producer === null ? null : this.strip(frame, producer, side, map);
      if (strip !== null && containsRegion(strip.region, region)) return strip;
    }
    return null;
  }

  /**
   * The strip that a producer of this device keeps for the neighbour that sees it at `side`.
   *
   * @param side where the producer lies, as seen from the consumer.
   */
  strip(frame: string, producer: number, side: Side, map: number): PooledStrip | null {
    return this.#frames.get(frame)?.get(producer)?.sides.get(oppositeSide(side))?.strips[map] ?? null;
  }

  /** @returns the memory that the frame's strips were in. */
  drop(frame: string): readonly ArrayBufferLike[] {
    const tiles = [...(this.#frames.get(frame)?.values() ?? [])];
    for (const { bytes } of tiles) this.#bytes -= bytes;
    this.#frames.delete(frame);
    return tiles.flatMap(({ buffers }) => [...buffers]);
  }
}

function sidesOf(offers: TileOffers, kept: readonly KeptData[]): ReadonlyMap<Side, PooledSide> {
  const sides = new Map<Side, PooledSide>();
  for (const { side, map, data } of kept) {
    const region = offers[side]?.regions[map];
    if (region === undefined) continue;
    const pooled = sides.get(side) ?? { strips: [], bytes: 0 };
    pooled.strips[map] = { region, data };
    pooled.bytes += data.byteLength;
    sides.set(side, pooled);
  }
  return sides;
}

function bytesOf(sides: ReadonlyMap<Side, PooledSide>): number {
  return [...sides.values()].reduce((sum, { bytes }) => sum + bytes, 0);
}

interface KeptData {
  readonly side: Side;
  readonly map: number;
  readonly data: Float32Array;
}
