import { DeepThingsError } from '../../errors.js';
import type { GangPlanName } from '../../geometry/gang/gang-plan.js';
import type { MapRegion, MapShape } from '../../geometry/region.js';
import type { MapType } from '../../tensor/map-tensor.js';
import { decodeSafetensors, encodeSafetensors, type KnownHeaders, safetensorsBytes } from '../../tensor/safetensors.js';
import { blockEntry, blockTensors, type MapBlock, readBlocks } from './map-blocks.js';
import { DIGEST, wireFacts } from './wire-facts.js';

/**
 * Returns the shapes of the maps of a plan of gangs, by number.
 *
 * @throws DeepThingsError where this cluster has no such plan.
 */
export type MapsOfGang = (gang: GangPlanName) => readonly MapShape[];

/** All strips that one member of a gang owes another after a stage. */
export interface GangStrips {
  readonly strips: readonly MapBlock[];
  /** Digest of the part of the letterboxed picture that both members read, as the sender has it; null where it was not compared. */
  readonly sharedDigest: string | null;
}

/** @param maps shapes of the gang plan's maps, by number. */
export function encodeGangStrips(
  maps: readonly MapShape[],
  { sharedDigest, strips }: GangStrips,
  type: MapType,
  gang: GangPlanName = 'stages',
): Uint8Array {
  return encodeSafetensors(blockTensors(maps, strips, type), stripFacts(gang, sharedDigest));
}

/** Length of the body with strips of these regions. */
export function gangStripsBytes(
  maps: readonly MapShape[],
  strips: readonly MapRegion[],
  type: MapType,
  gang: GangPlanName,
): number {
  return safetensorsBytes(
    strips.map((strip) => blockEntry(maps, strip, type)),
    stripFacts(gang, null),
  );
}

/** The usual plan is not named. */
function stripFacts(gang: GangPlanName, sharedDigest: string | null): Record<string, string> {
  return { ...(gang !== 'stages' && { gang }), ...(sharedDigest !== null && { sharedDigest }) };
}

/**
 * The strips of a body. Values that came as F32 are views of the body.
 *
 * @param known headers of bodies that came before: those of one plan are the same in every frame.
 * @throws DeepThingsError `DT_TENSOR_BODY`, `DT_OVERLAP_BODY` when the body is malformed, or its strips are no regions of these
 *   maps.
 */
export function decodeGangStrips(mapsOf: MapsOfGang, bytes: Uint8Array, known?: KnownHeaders): GangStrips {
  const { metadata, tensors } = decodeSafetensors(bytes, known);
  if (tensors.size === 0) throw new DeepThingsError('DT_OVERLAP_BODY', 'expected strips of a gang, got none');
  const facts = wireFacts(metadata, 'DT_OVERLAP_BODY');
  const gang = facts.has('gang') ? (facts.text('gang', /^layers$/) as GangPlanName) : 'stages';
  const sharedDigest = facts.has('sharedDigest') ? facts.text('sharedDigest', DIGEST) : null;
  return { strips: readBlocks(mapsOf(gang), tensors, 'DT_OVERLAP_BODY'), sharedDigest };
}
