import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentsOf } from '../../server/geometry/segments.js';
import { arbitraryChain } from './arbitrary-plans.js';
import { chain, conv, max, yolov2Chain } from './layer-chains.js';

const square = (size: number) => ({ channels: 1, height: size, width: size });
const starts = (layers: Parameters<typeof segmentsOf>[0]) => segmentsOf(layers).map((segment) => segment.firstLayer);

describe('segmentsOf', () => {
  it("cuts YOLOv2's first 16 layers before each 3x3 convolution", () => {
    expect(segmentsOf(yolov2Chain())).toEqual([
      { index: 0, firstLayer: 0, endLayer: 2 },
      { index: 1, firstLayer: 2, endLayer: 4 },
      { index: 2, firstLayer: 4, endLayer: 6 },
      { index: 3, firstLayer: 6, endLayer: 8 },
      { index: 4, firstLayer: 8, endLayer: 10 },
      { index: 5, firstLayer: 10, endLayer: 12 },
      { index: 6, firstLayer: 12, endLayer: 14 },
      { index: 7, firstLayer: 14, endLayer: 16 },
    ]);
  });

  it('starts at layer 0 whatever it is', () => {
    expect(starts(chain(square(8), [conv(1, 1), max(2, 2)]))).toEqual([0]);
  });

  it.each([
    { name: 'a window wider than its stride, without padding', specs: [conv(1, 1), conv(3, 1, 2, 0)], cut: true },
    { name: 'pooling 2/2 on an even map', specs: [conv(1, 1), max(2, 2)], cut: false },
    { name: 'pooling 2/2 with padding that an even map leaves unused', specs: [conv(1, 1), max(2, 2, 1)], cut: false },
    { name: 'pooling 2/2 that pads an odd map after', specs: [conv(1, 1), conv(2, 1, 1, 0), max(2, 2)], cut: true },
    {
      name: 'pooling 2/2 without padding on an odd map',
      specs: [conv(1, 1), conv(2, 1, 1, 0), max(2, 2, 0)],
      cut: false,
    },
    { name: 'pooling 2/1', specs: [conv(1, 1), max(2, 1)], cut: true },
    { name: 'a window no wider than its stride that pads before', specs: [conv(1, 1), conv(3, 1, 3, 1)], cut: true },
    { name: 'a window narrower than its stride', specs: [conv(1, 1), conv(1, 1, 2, 0)], cut: false },
  ])('$name: starts a segment: $cut', ({ specs, cut }) => {
    const layers = chain(square(8), specs);
    expect(layers).toHaveLength(specs.length);
    expect(starts(layers).includes(specs.length - 1)).toBe(cut);
  });

  it('covers every layer once, in order, and leaves no halo and no padding inside', () => {
    fc.assert(
      fc.property(arbitraryChain(24, 6), (layers) => {
        const segments = segmentsOf(layers);
        expect(segments.flatMap(({ firstLayer, endLayer }) => layers.slice(firstLayer, endLayer))).toEqual(layers);
        segments.forEach(({ index, firstLayer, endLayer }, position) => {
          expect(index).toBe(position);
          for (const { kernel, stride, padBefore, input, output } of layers.slice(firstLayer + 1, endLayer)) {
            expect(kernel).toBeLessThanOrEqual(stride);
            expect(padBefore).toBe(0);
            expect((output.width - 1) * stride + kernel).toBeLessThanOrEqual(input.width);
            expect((output.height - 1) * stride + kernel).toBeLessThanOrEqual(input.height);
          }
        });
      }),
      { numRuns: 200 },
    );
  });
});
