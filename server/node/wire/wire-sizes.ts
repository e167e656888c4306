import type { Region } from '../../geometry/region.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { BodySizes } from '../../simulation/body-sizes.js';
import type { MapType } from '../../tensor/map-tensor.js';
import { blockTaskBytes } from './block-body.js';
import { blockResultBytes } from './block-result.js';
import { gangStripsBytes } from './gang-strips.js';
import { inputBodyBytes } from './input-body.js';
import { encodeOfferNotice, offeredStripsBytes, stripsBodyBytes } from './overlap-body.js';
import { resultBodyBytes } from './result-body.js';
import { taskBodyBytes, type WirePlan } from './task-body.js';

/**
 * How long the bodies are that nodes with this plan send.
 *
 * @param inputDigest any of the usual length.
 * @param transmitted of a letterboxed picture.
 */
export function wireSizes(wirePlan: WirePlan, maps: MapType, inputDigest: string, transmitted: Region): BodySizes {
  const { plan } = wirePlan;
  return {
    task: (task, input) => taskBodyBytes(wirePlan, { ...task, inputDigest }, input, transmitted),
    result: (result) => resultBodyBytes(wirePlan, { ...result, inputDigest, strips: null }, maps),
    picture: (frame, region) => inputBodyBytes(plan.maps[0]!, { frame, digest: inputDigest }, region),
    strips: (there, missing) => stripsBodyBytes(plan, there, missing, maps),
    offerNotice: (holder, offers) => encodeOfferNotice({ ...holder, offers }).byteLength,
    offeredStrips: (device, offers) => offeredStripsBytes(plan, device, offers, maps),
    block: (task, pictureBytes) => {
      const partDigest = strategyNamed(task.strategy).gang!.carries === 'input' ? inputDigest : null;
      return blockTaskBytes(wirePlan.digest, { ...task, partDigest }, pictureBytes);
    },
    blockResult: (gangMaps, result, outputs) => blockResultBytes(wirePlan.digest, gangMaps, result, outputs, maps),
    gangStrips: (gangMaps, strips, gang) => gangStripsBytes(gangMaps, strips, maps, gang),
  };
}
