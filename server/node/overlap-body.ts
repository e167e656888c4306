import type { FtpPlan } from '../geometry/ftp-plan.js';
import type { Region } from '../geometry/region.js';
import type { Strip } from '../geometry/tile-cut.js';
import type { TileOffers } from '../geometry/tile-offer.js';
import { regionShape } from '../tensor/planes.js';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../tensor/safetensors.js';
import { formatTileOffers, parseTileOffers } from './offer-text.js';
import { ADDRESS, DEVICE_ID, formatRegion, parseRegion, wireFacts } from './wire-facts.js';

/** A region of a map as queries and tensors name it, `4:0,10,20,12`. */
export interface MapRegion {
  readonly map: number;
  readonly region: Region;
}

export function formatMapRegion({ map, region }: MapRegion): string {
  return `${map}:${formatRegion(region)}`;
}

/**
 * @param text as the contract's pattern has it, regions separated by `;`; one that is repeated counts once.
 * @throws DeepThingsError `DT_REGION` for an empty region.
 */
export function parseMapRegions(text: string): MapRegion[] {
  return [...new Set(text.split(';'))].map((entry) => {
    const [map, corners] = entry.split(':') as [string, string];
    return { map: Number(map), region: parseRegion(corners) };
  });
}

/** The strips that are there, each under its region's name. */
export function encodeStrips(
  plan: FtpPlan,
  strips: readonly (MapRegion & { readonly data: Float32Array })[],
  missing: readonly MapRegion[],
): Uint8Array {
  const tensors: Record<string, Tensor> = {};
  for (const { map, region, data } of strips) {
    const { channels, height, width } = regionShape(plan.maps[map]!.channels, region);
    tensors[formatMapRegion({ map, region })] = { type: 'F32', shape: [channels, height, width], data };
  }
  return encodeSafetensors(tensors, { missing: missing.map(formatMapRegion).join(';') });
}

/** The strips of an answer that were asked for and have the right shape, by their region's name. */
export function decodeStrips(plan: FtpPlan, bytes: Uint8Array, wanted: readonly Strip[]): Map<string, Float32Array> {
  const { tensors } = decodeSafetensors(bytes);
  const strips = new Map<string, Float32Array>();
  for (const { map, region } of wanted) {
    const name = formatMapRegion({ map, region });
    const { channels, height, width } = regionShape(plan.maps[map]!.channels, region);
    const tensor = tensors.get(name);
    const fits = tensor?.type === 'F32' && tensor.shape.join() === [channels, height, width].join();
    if (fits) strips.set(name, tensor.data as Float32Array);
  }
  return strips;
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
    offers: parseTileOffers(plan, producer, facts.text('offers', /^\{.{0,8192}\}$/s), 'DT_OVERLAP_BODY'),
  };
}
