import { DeepThingsError } from '../../errors.js';
import type { FtpPlan } from '../../geometry/ftp-plan.js';
import { isEmptyRegion, type MapRegion } from '../../geometry/region.js';
import { SIDES } from '../../geometry/reuse/neighbours.js';
import type { Strip } from '../../geometry/reuse/tile-cut.js';
import type { OfferedRegion, TileOffers } from '../../geometry/reuse/tile-offer.js';
import { decodeMap, type MapType } from '../../tensor/map-tensor.js';
import { regionShape } from '../../tensor/planes.js';
import { decodeSafetensors, encodeSafetensors, safetensorsBytes, type Tensor } from '../../tensor/safetensors.js';
import { blockEntry, blockTensors, formatMapRegion, type MapBlock } from './map-blocks.js';
import { formatTileOffers, OFFERS_TEXT, parseTileOffers } from './offer-text.js';
import { ADDRESS, DEVICE_ID, parseRegion, wireFacts } from './wire-facts.js';

/**
 * @param text as the contract's pattern has it, regions separated by `;`; one that is repeated counts once.
 * @throws DeepThingsError `DT_REGION` for an empty region, or none.
 */
export function parseMapRegions(text: string): MapRegion[] {
  return [...new Set(text.split(';'))].map((entry) => {
    const [map, corners = ''] = entry.split(':');
    return { map: Number(map), region: parseRegion(corners) };
  });
}

/** The strips that are there, each under its region's name. */
export function encodeStrips(
  plan: FtpPlan,
  strips: readonly MapBlock[],
  missing: readonly MapRegion[],
  maps: MapType,
): Uint8Array {
  return encodeSafetensors(blockTensors(plan.maps, strips, maps), { missing: missing.map(formatMapRegion).join(';') });
}

/** Length of the body of `encodeStrips`. */
export function stripsBodyBytes(
  plan: FtpPlan,
  strips: readonly MapRegion[],
  missing: readonly MapRegion[],
  maps: MapType,
): number {
  const metadata = { missing: missing.map(formatMapRegion).join(';') };
  return safetensorsBytes(
    strips.map((strip) => blockEntry(plan.maps, strip, maps)),
    metadata,
  );
}

/** The strips of an answer that were asked for and have the right shape, by their region's name. */
export function decodeStrips(plan: FtpPlan, bytes: Uint8Array, wanted: readonly Strip[]): Map<string, Float32Array> {
  const { tensors } = decodeSafetensors(bytes);
  const strips = new Map<string, Float32Array>();
  for (const strip of wanted) {
    const data = stripOf(plan, tensors, strip);
    if (data !== null) strips.set(formatMapRegion(strip), data);
  }
  return strips;
}

/** @returns null when the strip is not there, or has another shape or type. */
function stripOf(plan: FtpPlan, tensors: ReadonlyMap<string, Tensor>, strip: MapRegion): Float32Array | null {
  const { channels, height, width } = regionShape(plan.maps[strip.map]!.channels, strip.region);
  const tensor = tensors.get(formatMapRegion(strip));
  return tensor?.shape.join() === [channels, height, width].join() ? decodeMap(tensor) : null;
}

/** What a finished tile offers, told to its frame's source: not the strips, only who keeps what. */
export interface OfferNotice {
  readonly device: string;
  readonly address: string;
  readonly offers: TileOffers;
}

export function encodeOfferNotice({ device, address, offers }: OfferNotice): Uint8Array {
  return encodeSafetensors({}, { device, address, offers: formatTileOffers(offers) });
}

/** @throws DeepThingsError `DT_TENSOR_BODY`, `DT_OVERLAP_BODY` */
export function decodeOfferNotice(plan: FtpPlan, producer: number, bytes: Uint8Array): OfferNotice {
  const facts = wireFacts(decodeSafetensors(bytes).metadata, 'DT_OVERLAP_BODY');
  return {
    device: facts.text('device', DEVICE_ID),
    address: facts.text('address', ADDRESS),
    offers: parseTileOffers(plan, producer, facts.text('offers', OFFERS_TEXT), 'DT_OVERLAP_BODY'),
  };
}

/** What a finished tile offers with the strips themselves, for the pool on the gateway. */
export interface OfferedStrips {
  readonly device: string;
  readonly offers: TileOffers;
  /** One for each region of the offers that has cells. */
  readonly strips: readonly (OfferedRegion & { readonly data: Float32Array })[];
}

export function encodeOfferedStrips(
  plan: FtpPlan,
  { device, offers, strips }: OfferedStrips,
  maps: MapType,
): Uint8Array {
  const regions = strips.map(({ side, map, data }) => ({ map, region: offers[side]!.regions[map]!, data }));
  return encodeSafetensors(blockTensors(plan.maps, regions, maps), { device, offers: formatTileOffers(offers) });
}

/** Length of the body of `encodeOfferedStrips`. */
export function offeredStripsBytes(plan: FtpPlan, device: string, offers: TileOffers, maps: MapType): number {
  const entries = SIDES.flatMap((side) =>
    (offers[side]?.regions ?? []).flatMap((region, map) =>
      isEmptyRegion(region) ? [] : [blockEntry(plan.maps, { map, region }, maps)],
    ),
  );
  // Two neighbours may be offered one and the same region, which travels once.
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  return safetensorsBytes([...byName.values()], { device, offers: formatTileOffers(offers) });
}

/** @throws DeepThingsError `DT_TENSOR_BODY`, `DT_OVERLAP_BODY` when the strips are not just those that are offered. */
export function decodeOfferedStrips(plan: FtpPlan, producer: number, bytes: Uint8Array): OfferedStrips {
  const { metadata, tensors } = decodeSafetensors(bytes);
  const facts = wireFacts(metadata, 'DT_OVERLAP_BODY');
  const device = facts.text('device', DEVICE_ID);
  const offers = parseTileOffers(plan, producer, facts.text('offers', OFFERS_TEXT), 'DT_OVERLAP_BODY');
  const names = new Set<string>();
  const strips = SIDES.flatMap((side) =>
    (offers[side]?.regions ?? []).flatMap((region, map) => {
      if (isEmptyRegion(region)) return [];
      const strip = { map, region };
      const name = formatMapRegion(strip);
      const data = stripOf(plan, tensors, strip);
      if (data === null) throw wrongStrips(`a tensor "${name}" of ${plan.maps[strip.map]!.channels} channels`);
      names.add(name);
      return [{ side, map, data }];
    }),
  );
  if (names.size !== tensors.size) throw wrongStrips(`${names.size} tensors, got ${tensors.size}`);
  return { device, offers, strips };
}

function wrongStrips(expected: string): DeepThingsError {
  return new DeepThingsError('DT_OVERLAP_BODY', `expected the strips that are offered, F32 or F16: ${expected}`);
}
