import { DeepThingsError } from '../../errors.js';
import type { MapShape } from '../../geometry/region.js';
import type { MapType } from '../../tensor/map-tensor.js';
import { decodeSafetensors, encodeSafetensors } from '../../tensor/safetensors.js';
import { blockTensors, type MapBlock, readBlocks } from './map-blocks.js';
import { DIGEST, wireFacts } from './wire-facts.js';

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
): Uint8Array {
  return encodeSafetensors(blockTensors(maps, strips, type), sharedDigest === null ? {} : { sharedDigest });
}

/**
 * The strips of a body. Values that came as F32 are views of the body.
 *
 * @param maps shapes of the gang plan's maps, by number.
 * @throws DeepThingsError `DT_TENSOR_BODY`, `DT_OVERLAP_BODY` when the body is malformed, or its strips are no regions of these
 *   maps.
 */
export function decodeGangStrips(maps: readonly MapShape[], bytes: Uint8Array): GangStrips {
  const { metadata, tensors } = decodeSafetensors(bytes);
  if (tensors.size === 0) throw new DeepThingsError('DT_OVERLAP_BODY', 'expected strips of a gang, got none');
  const facts = wireFacts(metadata, 'DT_OVERLAP_BODY');
  const sharedDigest = facts.has('sharedDigest') ? facts.text('sharedDigest', DIGEST) : null;
  return { strips: readBlocks(maps, tensors, 'DT_OVERLAP_BODY'), sharedDigest };
}
