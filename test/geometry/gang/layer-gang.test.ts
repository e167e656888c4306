import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bandsOf } from '../../../server/geometry/gang/bands.js';
import { gangBlocks } from '../../../server/geometry/gang/gang-blocks.js';
import { gangBytes, planLayerGang } from '../../../server/geometry/gang/layer-gang.js';
import { isEmptyRegion, regionArea } from '../../../server/geometry/region.js';
import { propertyRuns } from '../../support/property-runs.js';
import { arbitraryChain } from '../arbitrary-plans.js';
import { chainOf, planLayers } from '../chain-graphs.js';
import { chain as chainLayers, conv, max, yolov2Chain } from '../layer-chains.js';

const MIB = 2 ** 20;
const equal = (members: number) => bandsOf(Array<number>(members).fill(1));

describe('YOLOv2 16 layers deep (Figure 12)', () => {
  const chain = chainOf(yolov2Chain());
  const plan = planLayerGang(chain);

  it('sends exactly as much more with each device, F32, strips up to the gateway and down', () => {
    const sent = [1, 2, 3, 4, 5, 6].map((members) => {
      const { input, result, strips } = gangBytes(plan, equal(members), { inputBytesPerValue: 4, mapBytesPerValue: 4 });
      const frame = 4 * 3 * 608 * 608;
      return frame + input + 2 * strips + result;
    });
    expect(sent[0]! / MIB).toBeCloseTo(9.87, 2);
    expect(sent[5]! / MIB).toBeCloseTo(15.14, 2);
    for (const [i, bytes] of sent.slice(1).entries()) expect(bytes - sent[i]!).toBe(sent[1]! - sent[0]!);
  });

  it('sends one row of a map to each neighbour, as its kernels reach', () => {
    for (const member of gangBlocks(plan, equal(6))) {
      for (const { owed } of member.stages) for (const { region } of owed) expect(region.y1 - region.y0).toBe(1);
    }
  });
});

describe('a gang that ends a stage after every layer', () => {
  it('computes nothing twice, and sends nothing that pooling without overlap does not need', () => {
    const layers = chainLayers({ channels: 2, height: 24, width: 5 }, [conv(3, 4), max(2, 2), conv(1, 3), max(2, 2)]);
    const members = gangBlocks(planLayerGang(chainOf(layers)), bandsOf([3, 1, 2]));
    const owed = members.flatMap(({ stages }) => stages.flatMap((stage) => stage.owed));
    expect(owed).toEqual([]);
  });

  it('covers every map once and computes every layer once, whatever the chain and the shares', () => {
    fc.assert(
      fc.property(
        arbitraryChain(24, 6),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
        (layers, shares) => {
          const chain = planLayers(layers, layers.length, { rows: 1, columns: 1 }).chain;
          // Windows of one cell are no layers.
          fc.pre(chain !== null);
          const plan = planLayerGang(chain);
          const bands = bandsOf(shares);
          for (const [map, { height, width }] of chain.maps.entries()) {
            let next = 0;
            for (const [member] of shares.entries()) {
              const block = plan.blockOf(bands, member, map);
              if (isEmptyRegion(block)) continue;
              expect(block).toMatchObject({ x0: 0, x1: width, y0: next });
              next = block.y1;
            }
            expect(next).toBe(height);
          }
          const macs = gangBlocks(plan, bands).flatMap(({ stages }) => stages.map((stage) => stage.macs));
          const whole = chain.layers.reduce(
            (sum, { macsPerCell, output }) =>
              sum + macsPerCell * regionArea({ x0: 0, y0: 0, x1: output.width, y1: output.height }),
            0,
          );
          expect(macs.reduce((sum, one) => sum + one, 0)).toBe(whole);
        },
      ),
      { numRuns: propertyRuns(200) },
    );
  });
});
