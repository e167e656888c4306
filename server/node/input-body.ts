import { containsRegion, type MapShape, wholeMap } from '../geometry/region.js';
import { cropRegion, regionShape } from '../tensor/planes.js';
import { layOutSafetensors } from '../tensor/safetensors.js';
import { HttpProblem } from './problem.js';
import { parseRegion } from './wire-facts.js';

/**
 * A region of a frame's letterboxed picture, as `GET /frames/{frame}/input` answers it.
 *
 * @param map shape of the network's input.
 * @param regionText `x0,y0,x1,y1`.
 * @throws DeepThingsError `DT_REGION` when it is no region of the map.
 */
export function cutInputBody(
  map: MapShape,
  picture: { readonly frame: string; readonly digest: string; readonly data: Uint8Array },
  regionText: string,
): Uint8Array {
  const region = parseRegion(regionText);
  if (!containsRegion(wholeMap(map), region)) {
    throw new HttpProblem(422, 'DT_REGION', `expected a region of a map of ${map.width} x ${map.height} cells`);
  }
  const { channels, height, width } = regionShape(map.channels, region);
  const { bytes, tensors } = layOutSafetensors([{ name: 'input', type: 'U8', shape: [channels, height, width] }], {
    frame: picture.frame,
    region: regionText,
    inputDigest: picture.digest,
  });
  cropRegion(picture.data, channels, wholeMap(map), region, tensors.get('input')!.data as Uint8Array);
  return bytes;
}
