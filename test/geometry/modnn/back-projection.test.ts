import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputInterval, inputRegion } from '../../../server/geometry/modnn/back-projection.js';
import { EMPTY_REGION, NO_PADDING } from '../../../server/geometry/region.js';
import { arbitraryChain } from '../arbitrary-plans.js';
import { chain, conv, max } from '../layer-chains.js';

const square = (size: number) => ({ channels: 1, height: size, width: size });

describe('inputInterval', () => {
  it.each([
    { name: '3x3 at the start', window: { kernel: 3, stride: 1, padBefore: 1 }, output: [0, 3], input: [0, 4, 1, 0] },
    { name: '3x3 in the middle', window: { kernel: 3, stride: 1, padBefore: 1 }, output: [2, 4], input: [1, 5, 0, 0] },
    { name: '3x3 at the end', window: { kernel: 3, stride: 1, padBefore: 1 }, output: [3, 6], input: [2, 6, 0, 1] },
    { name: '3x3 over the whole', window: { kernel: 3, stride: 1, padBefore: 1 }, output: [0, 6], input: [0, 6, 1, 1] },
    { name: 'pooling 2/2', window: { kernel: 2, stride: 2, padBefore: 0 }, output: [1, 3], input: [2, 6, 0, 0] },
    {
      name: 'pooling 2/1, padded after',
      window: { kernel: 2, stride: 1, padBefore: 0 },
      output: [4, 6],
      input: [4, 6, 0, 1],
    },
    { name: 'stride over kernel', window: { kernel: 1, stride: 3, padBefore: 0 }, output: [0, 2], input: [0, 4, 0, 0] },
    { name: 'kernel over map', window: { kernel: 7, stride: 1, padBefore: 6 }, output: [0, 1], input: [0, 1, 6, 0] },
  ])('$name', ({ window, output, input }) => {
    const [start, end, before, after] = input;
    expect(inputInterval(window, 6, { start: output[0]!, end: output[1]! })).toEqual({ start, end, before, after });
  });

  it('needs nothing for nothing', () => {
    const window = { kernel: 3, stride: 1, padBefore: 1 };
    const nothing = { start: 0, end: 0, before: 0, after: 0 };
    expect(inputInterval(window, 6, { start: 3, end: 3 })).toEqual(nothing);
    expect(inputInterval(window, 6, { start: 4, end: 2 })).toEqual(nothing);
  });

  it('is the smallest range that has every cell its windows touch', () => {
    const cases = arbitraryChain(24, 1).chain(([layer]) =>
      fc.record({ layer: fc.constant(layer!), a: fc.nat(layer!.output.width - 1), b: fc.nat(layer!.output.width - 1) }),
    );
    fc.assert(
      fc.property(cases, ({ layer, a, b }) => {
        const output = { start: Math.min(a, b), end: Math.max(a, b) + 1 };
        const touched: number[] = [];
        for (let o = output.start; o < output.end; o++) {
          for (let k = 0; k < layer.kernel; k++) {
            touched.push(o * layer.stride - layer.padBefore + k);
          }
        }
        const onMap = touched.filter((x) => x >= 0 && x < layer.input.width);
        expect(inputInterval(layer, layer.input.width, output)).toEqual({
          start: Math.min(...onMap),
          end: Math.max(...onMap) + 1,
          before: Math.min(...onMap) - Math.min(...touched),
          after: Math.max(...touched) - Math.max(...onMap),
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe('inputRegion', () => {
  it('keeps rows and columns apart', () => {
    const [layer] = chain({ channels: 1, height: 5, width: 9 }, [conv(3, 1)]);
    expect(inputRegion(layer!, { x0: 0, x1: 4, y0: 2, y1: 5 })).toEqual({
      region: { x0: 0, x1: 5, y0: 1, y1: 5 },
      padding: { top: 0, bottom: 1, left: 1, right: 0 },
    });
  });

  it('pads after where size 2, stride 2 pools an odd map', () => {
    const [layer] = chain(square(7), [max(2, 2)]);
    expect(layer!.output).toEqual(square(4));
    expect(inputRegion(layer!, { x0: 2, x1: 4, y0: 0, y1: 2 })).toEqual({
      region: { x0: 4, x1: 7, y0: 0, y1: 4 },
      padding: { top: 0, bottom: 0, left: 0, right: 1 },
    });
  });

  it('needs nothing for a region that is empty along either axis', () => {
    const [layer] = chain(square(6), [conv(3, 1)]);
    for (const output of [EMPTY_REGION, { x0: 2, x1: 2, y0: 0, y1: 6 }, { x0: 0, x1: 6, y0: 5, y1: 4 }]) {
      expect(inputRegion(layer!, output)).toEqual({ region: EMPTY_REGION, padding: NO_PADDING });
    }
  });
});
