import type { FtpPlan } from '../../geometry/ftp-plan.js';
import type { TileOffer } from '../../geometry/plan-cache.js';
import { regionBytes } from '../../geometry/plan-cost.js';
import { isEmptyRegion, type Region } from '../../geometry/region.js';
import { SIDES, type Side } from '../../geometry/reuse/neighbours.js';
import { cutTile, type Strip, type TileCut } from '../../geometry/reuse/tile-cut.js';
import { type OffersToTile, withoutRegions } from '../../geometry/reuse/tile-offer.js';
import type { LinkModel } from '../policy/link-rates.js';
import { type Begins, variantsOf } from './offer-variants.js';

export interface FetchEstimate {
  readonly plan: FtpPlan;
  readonly tileId: number;
  /** All that can be had. */
  readonly offers: OffersToTile;
  /** Who has to be asked for a strip, by any name; null when it is here. */
  readonly holderOf: (strip: Strip) => string | null;
  readonly linkTo: (holder: string) => LinkModel;
  /** How fast the tile would be computed, multiply-accumulates a millisecond. */
  readonly macsPerMs: number;
  /** Of strips as they travel. */
  readonly bytesPerValue: number;
  /** What it takes to have a region of the picture, not empty; 0 when it is here. */
  readonly inputMs: (region: Region) => number;
}

/** A side of which nothing is used. */
const NOTHING = Number.POSITIVE_INFINITY;

/**
 * Which of the offers a tile should count on: those whose strips take less time to fetch than what they save takes to
 * compute, with the requests that they need. Design, section 6; the trade-off that the paper names at the end of section
 * IV.C.3.
 *
 * Of each side the strips from some map on are used. One further down is of little use without those above it, since
 * what is offered there is only what is missing when they are used; and it is the first to go, being of a larger map and
 * saving cheaper layers. Where that map is, is searched for all sides together, then for each side one up and one
 * down, then each holder is left out. The answer never takes longer, by `estimatedMs`, than all of the offers do, or
 * those that are here.
 *
 * @throws DeepThingsError as `cutTile`.
 */
export function selectOffers(question: FetchEstimate): OffersToTile {
  const { plan, tileId, offers, holderOf } = question;
  const variants = variantsOf(plan, tileId, offers);
  const { cut: full } = variants.from({});
  const distant = fetchedStrips(question, full);
  if (distant.length === 0) return offers;
  const none = withoutFetching(question);
  const noneMs = estimatedMs(question, none);
  // Small tiles: no choice takes less than one request and what is left to compute with everything there.
  if (noneMs <= leastMs(question, full, distant)) return none;
  let best: Choice = { begins: {}, offers, ms: msOf(question, full) };
  const consider = (begins: Begins) => {
    const variant = variants.from(begins);
    const ms = msOf(question, variant.cut);
    if (ms < best.ms) best = { begins, offers: variant.offers, ms };
  };
  const sides = SIDES.filter((side) => distant.some((strip) => strip.side === side));
  for (const map of new Set(sides.flatMap((side) => offeredMaps(offers[side]!)))) consider(beginAt({}, sides, map));
  for (const side of sides) {
    const begin = best.begins[side] ?? 0;
    const maps = offeredMaps(offers[side]!);
    const next = maps.find((map) => map > begin) ?? NOTHING;
    const before = maps.findLast((map) => map < begin) ?? 0;
    for (const other of [next, before]) consider(beginAt(best.begins, [side], other));
  }
  for (const holder of new Set(distant.map(holderOf))) {
    const its = sides.filter((side) => distant.some((strip) => strip.side === side && holderOf(strip) === holder));
    consider(beginAt(best.begins, its, NOTHING));
  }
  return noneMs < best.ms ? none : best.offers;
}

/** What a tile takes with these offers: to fetch, one holder after the other, and to compute. */
export function estimatedMs(question: FetchEstimate, offers: OffersToTile): number {
  return msOf(question, cutTile(question.plan, question.tileId, offers));
}

/** The offers without any strip that is not here. */
export function withoutFetching(
  question: Pick<FetchEstimate, 'plan' | 'tileId' | 'offers' | 'holderOf'>,
): OffersToTile {
  let { offers } = question;
  // With fewer strips used, others may have to be larger than what is here.
  for (;;) {
    const distant = fetchedStrips(question, cutTile(question.plan, question.tileId, offers));
    if (distant.length === 0) return offers;
    offers = withoutRegions(question.plan, offers, distant);
  }
}

interface Choice {
  readonly begins: Begins;
  readonly offers: OffersToTile;
  readonly ms: number;
}

function offeredMaps({ regions }: TileOffer): readonly number[] {
  return regions.flatMap((region, map) => (isEmptyRegion(region) ? [] : [map]));
}

function msOf({ plan, holderOf, linkTo, macsPerMs, bytesPerValue, inputMs }: FetchEstimate, cut: TileCut): number {
  let ms = cut.macs / macsPerMs + (isEmptyRegion(cut.input) ? 0 : inputMs(cut.input));
  const asked: string[] = [];
  for (const strip of cut.strips) {
    const holder = holderOf(strip);
    if (holder === null) continue;
    const { requestMs, bytesPerMs } = linkTo(holder);
    ms += regionBytes(strip.region, plan.maps[strip.map]!, bytesPerValue) / bytesPerMs;
    if (asked.includes(holder)) continue;
    ms += requestMs;
    asked.push(holder);
  }
  return ms;
}

function leastMs(question: FetchEstimate, full: TileCut, distant: readonly Strip[]): number {
  const { holderOf, linkTo, macsPerMs } = question;
  const requests = distant.map((strip) => linkTo(holderOf(strip)!).requestMs);
  return full.macs / macsPerMs + Math.min(...requests);
}

function fetchedStrips({ holderOf }: Pick<FetchEstimate, 'holderOf'>, cut: TileCut): readonly Strip[] {
  return cut.strips.filter((strip) => holderOf(strip) !== null);
}

function beginAt(begins: Begins, group: readonly Side[], begin: number): Begins {
  const begun: Partial<Record<Side, number>> = { ...begins };
  for (const side of group) begun[side] = begin;
  return begun;
}
