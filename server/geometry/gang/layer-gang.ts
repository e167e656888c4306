import { regionBytes } from '../plan-cost.js';
import type { Region } from '../region.js';
import { type Bands, blockOf } from './bands.js';
import { gangBlocks } from './gang-blocks.js';
import type { GangPlan } from './gang-plan.js';
import type { LayerChain, LayerGeometry } from './layer-chain.js';

/**
 * MoDNN's biased one-dimensional partition as a gang: a stage for each layer, bands of rows by speed (paper section V.A, [16]). Rows of
 * the last map are shared out; where blocks meet is then carried up through the strides, so that pooling windows with K = S never cross it
 * and strips are exactly the halos of kernels.
 *
 *     map l        map l + 1
 *     +-------+    +-------+
 *     | b0    |    | b0    |   the window of b0's last row reaches into b1:
 *     | - - - | \  |       |   b1 owes b0 that strip after the layer before
 *     +-------+  > +-------+
 *     | b1    | /  | b1    |
 *     +-------+    +-------+
 */
export function planLayerGang({ layers, stage }: LayerChain): GangPlan {
  const ends = Object.freeze(stage.segments.map((_, index) => index + 1));
  const projected = (bands: Bands, member: number, map: number): Region => {
    const { y0, y1 } = layers
      .slice(map)
      .toReversed()
      .reduce(rowsAbove, blockOf(bands, member, stage.maps[layers.length]!));
    return Object.freeze({ x0: 0, x1: stage.maps[map]!.width, y0, y1 });
  };
  return Object.freeze({ stage, ends, blockOf: projected });
}

type Rows = Pick<Region, 'y0' | 'y1'>;

/** The rows of a layer's input of the member that has these rows of its output. */
function rowsAbove({ y0, y1 }: Rows, layer: LayerGeometry): Rows {
  return { y0: boundaryAbove(layer, y0), y1: boundaryAbove(layer, y1) };
}

/**
 * The row of a layer's input where blocks meet that meet at this row of its output. The end of the map stays the end, also where the
 * windows leave its last rows over: a member that has no output there must not own these.
 */
function boundaryAbove({ input, output, stride }: LayerGeometry, boundary: number): number {
  return boundary === output.height ? input.height : Math.min(input.height, boundary * stride);
}

/** The size of values that are sent: U8 = 1, F16 = 2, F32 = 4. */
export interface ValueWidths {
  readonly inputBytesPerValue: number;
  readonly mapBytesPerValue: number;
}

/** Bytes of the values that a gang sends for one frame, without what the wire puts around them. */
export interface GangBytes {
  /** The members' parts of the picture. */
  readonly input: number;
  /** Strips, each counted once. */
  readonly strips: number;
  /** The members' parts of the maps that are handed over. */
  readonly result: number;
}

export function gangBytes(plan: GangPlan, bands: Bands, widths: ValueWidths): GangBytes {
  const { inputBytesPerValue, mapBytesPerValue } = widths;
  const { maps, outputs } = plan.stage;
  let [input, strips, result] = [0, 0, 0];
  for (const member of gangBlocks(plan, bands)) {
    input += regionBytes(member.input, maps[0]!, inputBytesPerValue);
    for (const { map, region } of member.stages.flatMap(({ owed }) => owed)) {
      strips += regionBytes(region, maps[map]!, mapBytesPerValue);
    }
    for (const [i, region] of member.outputs.entries()) {
      result += regionBytes(region, maps[outputs[i]!]!, mapBytesPerValue);
    }
  }
  return Object.freeze({ input, strips, result });
}
