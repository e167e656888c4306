import { containsRegion, type MapShape, type Region, wholeMap } from '../../geometry/region.js';
import { cropRegion, regionShape } from '../../tensor/planes.js';
import { layOutSafetensors, safetensorsBytes } from '../../tensor/safetensors.js';
import { HttpProblem } from '../problems/problem.js';
import { formatRegion, parseRegion } from './wire-facts.js';

interface PictureFacts {
  readonly frame: string;
  readonly digest: string;
}

/**
 * A region of a frame's letterboxed picture, as `GET /frames/{frame}/input` answers it.
 *
 * @param map shape of the network's input.
 * @param regionText `x0,y0,x1,y1`.
 * @throws DeepThingsError `DT_REGION` when it is no region of the map.
 */
export function cutInputBody(
  map: MapShape,
  picture: PictureFacts & { readonly data: Uint8Array },
  regionText: string,
): Uint8Array {
  const region = parseRegion(regionText);
  if (!containsRegion(wholeMap(map), region)) {
    throw new HttpProblem('DT_REGION', `expected a region of a map of ${map.width} x ${map.height} cells`);
  }
  const { channels, entries, metadata } = inputParts(map, picture, region);
  const { bytes, tensors } = layOutSafetensors(entries, metadata);
  cropRegion(picture.data, channels, wholeMap(map), region, tensors.get('input')!.data as Uint8Array);
  return bytes;
}

/** Length of the body of `cutInputBody`. */
export function inputBodyBytes(map: MapShape, picture: PictureFacts, region: Region): number {
  const { entries, metadata } = inputParts(map, picture, region);
  return safetensorsBytes(entries, metadata);
}

function inputParts(map: MapShape, picture: PictureFacts, region: Region) {
  const { channels, height, width } = regionShape(map.channels, region);
  return {
    channels,
    entries: [{ name: 'input', type: 'U8' as const, shape: [channels, height, width] }],
    metadata: { frame: picture.frame, region: formatRegion(region), inputDigest: picture.digest },
  };
}
