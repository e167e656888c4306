import { describe, expect, it } from 'vitest';
import { planGraph } from '../../../server/geometry/choose-cut.js';
import { isEmptyRegion } from '../../../server/geometry/region.js';
import { SIDES } from '../../../server/geometry/reuse/neighbours.js';
import { cutTile } from '../../../server/geometry/reuse/tile-cut.js';
import { mostOfferedBytes, offersBytes, offersOfTile } from '../../../server/geometry/reuse/tile-offer.js';
import { describeModel } from '../../../server/model/model-source.js';
import { decodeOfferedStrips, encodeOfferedStrips, parseMapRegions } from '../../../server/node/wire/overlap-body.js';
import { regionShape, valuesOf } from '../../../server/tensor/planes.js';

const network = describeModel({ name: 'face-detector', width: 96, height: 96 });
const plan = planGraph(network.graph, 8, { rows: 3, columns: 3 });

/** A tile that ran whole, with strips whose values halves can hold. */
function ranWhole(tile: number) {
  const offers = offersOfTile(plan, cutTile(plan, tile));
  const strips = SIDES.flatMap((side) =>
    (offers[side]?.regions ?? []).flatMap((region, map) => {
      if (isEmptyRegion(region)) return [];
      const { channels } = plan.maps[map]!;
      const data = Float32Array.from({ length: valuesOf(regionShape(channels, region)) }, (_, i) => (i % 512) / 4);
      return [{ side, map, data }];
    }),
  );
  return { device: 'e1', offers, strips };
}

describe('strips for the gateway’s pool', () => {
  it.each(['f32', 'f16'] as const)('are read as they were written (%s)', (maps) => {
    for (const tile of [0, 4, 8]) {
      const offered = ranWhole(tile);
      expect(decodeOfferedStrips(plan, tile, encodeOfferedStrips(plan, offered, maps))).toEqual(offered);
    }
  });

  it('take half as much as halves', () => {
    const values = ranWhole(4).strips.reduce((sum, { data }) => sum + data.length, 0);
    const bytes = (maps: 'f32' | 'f16') => encodeOfferedStrips(plan, ranWhole(4), maps).byteLength;
    // Headers are padded.
    expect(Math.abs(bytes('f32') - bytes('f16') - 2 * values)).toBeLessThanOrEqual(8);
  });

  it('are never more than the bound on bodies allows for', () => {
    for (const { tileId } of plan.tiles) {
      expect(offersBytes(plan, ranWhole(tileId).offers, 4)).toBeLessThanOrEqual(mostOfferedBytes(plan, tileId, 4));
    }
  });
});

it.each(['3', '3:', ':', '3:1,2', '3:4,4,4,8', '3:0,0,1,1;7'])('regions "%s" are refused', (text) => {
  expect(() => parseMapRegions(text)).toThrow(expect.objectContaining({ code: 'DT_REGION' }));
});
