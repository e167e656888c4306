import type { Region } from '../../geometry/region.js';
import type { SegmentedStage } from '../../geometry/segments.js';
import { bestCandidates, decodeCandidates } from '../../heads/decode/decode-head.js';
import { headMaps } from '../../heads/head-maps.js';
import type { HeadBlocks } from '../../heads/head-output.js';
import { packCandidates } from '../../heads/packed-candidates.js';
import type { Network } from '../../model/network.js';

/**
 * Decodes the boxes of a member's cells.
 *
 * @param outputs by output of the gang's stage: the member's block of that map, `[channels, height, width]`.
 * @param regions of these blocks.
 * @param threshold that scores exceed.
 * @returns boxes as `packCandidates` has them.
 */
export type BoxDecoder = (
  outputs: readonly Float32Array[],
  regions: readonly Region[],
  threshold: number,
) => Float64Array<ArrayBuffer>;

/** Returns null for a head that blocks of maps cannot be decoded for. */
export function boxDecoder(stage: SegmentedStage, { head, input }: Pick<Network, 'head' | 'input'>): BoxDecoder | null {
  const maps = headMaps(stage, head);
  if (maps === null || head === null || head.kind === 'classifier') return null;
  return (outputs, regions, threshold) => {
    const parts = new Map(
      [...maps].map(([name, ofOutput]): [string, HeadBlocks] => {
        const blocks = ofOutput.map(({ firstCell, index }) => {
          return { firstCell, region: regions[index]!, data: outputs[index]! };
        });
        return [name, { blocks }];
      }),
    );
    return packCandidates(bestCandidates(decodeCandidates(parts, head, input, threshold)));
  };
}
