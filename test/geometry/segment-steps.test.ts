import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planFtp } from '../../server/geometry/ftp-plan.js';
import { parseGrid } from '../../server/geometry/grid.js';
import { EMPTY_REGION, intersectRegions, NO_PADDING, wholeMap } from '../../server/geometry/region.js';
import { type SegmentStep, segmentStep, segmentSteps } from '../../server/geometry/segment-steps.js';
import { propertyRuns } from '../support/property-runs.js';
import { arbitraryPlanCase } from './arbitrary-plans.js';
import { chain, conv, max, type TestLayer, yolov2Chain } from './layer-chains.js';
import { crop, outside, type Plane, pad, plane, runUnpadded, runWhole } from './reference-network.js';

const square = (size: number) => ({ channels: 1, height: size, width: size });

/** What an edge device does for one segment, given a block that holds exactly the step's input. */
function runStep(layers: readonly TestLayer[], { segment, padding }: SegmentStep, input: Plane): Plane {
  let block = pad(input, padding, outside(layers[segment.firstLayer]!));
  for (let index = segment.firstLayer; index < segment.endLayer; index++) {
    const { kernel, stride } = layers[index]!;
    // Windows end where the block ends: nothing was cropped or padded for naught.
    expect([(block.width - kernel) % stride, (block.height - kernel) % stride]).toEqual([0, 0]);
    block = runUnpadded(layers[index]!, index, block);
  }
  return block;
}

function inputPlane(layers: readonly TestLayer[]): Plane {
  const { height, width } = layers[0]!.input;
  // Negative as well: a zero where minus infinity belongs would win a maximum.
  return plane(height, width, (y, x) => ((y * 37 + x * 101 + y * x * 13) % 199) - 150);
}

describe('segmentSteps', () => {
  it('lists the calls for one tile', () => {
    const layers = chain(square(8), [conv(3, 1), max(2, 2), conv(3, 1)]);
    expect(segmentSteps(planFtp(layers, 3, parseGrid('2x2')), 1)).toEqual([
      {
        segment: { index: 0, firstLayer: 0, endLayer: 2 },
        input: { x0: 1, x1: 8, y0: 0, y1: 7 },
        padding: { top: 1, bottom: 0, left: 0, right: 1 },
        output: { x0: 1, x1: 4, y0: 0, y1: 3 },
        computes: [
          { x0: 2, x1: 8, y0: 0, y1: 6 },
          { x0: 1, x1: 4, y0: 0, y1: 3 },
        ],
        macs: 36 * layers[0]!.macsPerCell + 9 * layers[1]!.macsPerCell,
      },
      {
        segment: { index: 1, firstLayer: 2, endLayer: 3 },
        input: { x0: 1, x1: 4, y0: 0, y1: 3 },
        padding: { top: 1, bottom: 0, left: 0, right: 1 },
        output: { x0: 2, x1: 4, y0: 0, y1: 2 },
        computes: [{ x0: 2, x1: 4, y0: 0, y1: 2 }],
        macs: 4 * layers[2]!.macsPerCell,
      },
    ]);
  });

  it('starts at the tile input, ends at the tile output, and each step feeds the next', () => {
    const plan = planFtp(yolov2Chain(), 16, parseGrid('5x5'));
    for (const { tileId, regions } of plan.tiles) {
      const steps = segmentSteps(plan, tileId);
      expect(steps.map(({ segment }) => segment)).toEqual(plan.segments);
      expect(steps.map(({ input }) => input)).toEqual(plan.segments.map(({ firstLayer }) => regions[firstLayer]));
      expect(steps.map(({ output }) => output)).toEqual(plan.segments.map(({ endLayer }) => regions[endLayer]));
    }
  });

  it('refuses a tile that the plan does not have', () => {
    const plan = planFtp(chain(square(8), [conv(3, 1)]), 1, parseGrid('2x2'));
    expect(() => segmentSteps(plan, 4)).toThrow(expect.objectContaining({ code: 'DT_TILE_OUTSIDE' }));
  });

  it('computes tile by tile exactly what the whole network computes', () => {
    fc.assert(
      fc.property(arbitraryPlanCase(14, 5), ({ layers, depth, grid }) => {
        const plan = planFtp(layers, depth, grid);
        const input = inputPlane(layers);
        const expected = runWhole(layers.slice(0, depth), input);
        for (const { tileId } of plan.tiles) {
          const steps = segmentSteps(plan, tileId);
          const output = steps.reduce((block, step) => runStep(layers, step, block), crop(input, steps[0]!.input));
          expect(output).toEqual(crop(expected, steps.at(-1)!.output));
        }
      }),
      { numRuns: propertyRuns(150) },
    );
  });
});

describe('segmentStep', () => {
  it('computes any rectangle of a segment output, as reuse will ask for', () => {
    const rectangle = fc.record({ x0: fc.nat(13), y0: fc.nat(13), width: fc.nat(13), height: fc.nat(13) });
    fc.assert(
      fc.property(
        arbitraryPlanCase(14, 4),
        rectangle,
        fc.nat(),
        ({ layers, depth, grid }, { x0, y0, width, height }, n) => {
          const plan = planFtp(layers, depth, grid);
          const segment = plan.segments[n % plan.segments.length]!;
          const output = intersectRegions(
            { x0, x1: x0 + width, y0, y1: y0 + height },
            wholeMap(plan.maps[segment.endLayer]!),
          );
          fc.pre(output !== EMPTY_REGION);
          const input = runWhole(layers.slice(0, segment.firstLayer), inputPlane(layers));
          const step = segmentStep(plan, segment, output);
          const expected = runWhole(layers.slice(0, segment.endLayer), inputPlane(layers));
          expect(runStep(layers, step, crop(input, step.input))).toEqual(crop(expected, output));
        },
      ),
      { numRuns: propertyRuns(150) },
    );
  });

  it('needs nothing for nothing', () => {
    const plan = planFtp(chain(square(8), [conv(3, 1), max(2, 2)]), 2, parseGrid('2x2'));
    expect(segmentStep(plan, plan.segments[0]!, { x0: 2, x1: 2, y0: 0, y1: 4 })).toEqual({
      segment: plan.segments[0],
      input: EMPTY_REGION,
      padding: NO_PADDING,
      output: EMPTY_REGION,
      computes: [EMPTY_REGION, EMPTY_REGION],
      macs: 0,
    });
  });
});
