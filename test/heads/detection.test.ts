import { describe, expect, it } from 'vitest';
import { placePicture } from '../../server/heads/placement.js';
import { requireHead } from '../../server/heads/require-head.js';
import { builtInNetwork } from '../../server/model/built-in/registry.js';
import { convolution, networkOf } from '../model/small-networks.js';
import { foundIn } from '../support/head-outputs.js';

const network = builtInNetwork('yolov2-voc', { width: 64, height: 64 });
const placement = placePicture(200, 100, network.input, 'centre');
const CELLS = 4;
const PER_ANCHOR = 25;

function headOutput(objects: readonly { cell: number; anchor: number; classIndex: number; objectness: number }[]) {
  const output = new Float32Array(5 * PER_ANCHOR * CELLS).fill(-10);
  for (const { cell, anchor, classIndex, objectness } of objects) {
    const set = (entry: number, value: number) => {
      output[(anchor * PER_ANCHOR + entry) * CELLS + cell] = value;
    };
    [0, 0, -1, -1, objectness].forEach((value, entry) => {
      set(entry, value);
    });
    set(5 + classIndex, 10);
  }
  return output;
}

describe('detections of YOLOv2', () => {
  it('names what it finds, best first, on the original picture', () => {
    const output = headOutput([
      { cell: 0, anchor: 0, classIndex: 14, objectness: 1 },
      { cell: 3, anchor: 0, classIndex: 11, objectness: 3 },
    ]);
    const detections = foundIn(output, network, placement, { threshold: 0.5, nms: 0.45 });
    expect(detections.map(({ label, classIndex }) => [label, classIndex])).toEqual([
      ['dog', 11],
      ['person', 14],
    ]);
    const [dog, person] = detections;
    expect(dog!.score).toBeCloseTo(1 / (1 + Math.exp(-3)), 4);
    // Row 1 of 2: the cell's centre is at 0.75 of the input, of which the picture takes the middle half.
    expect(dog!.box.cx).toBeCloseTo(0.75, 6);
    expect(dog!.box.cy).toBeCloseTo(1, 6);
    expect(person!.box.cy).toBeCloseTo(0, 6);
    expect(dog!.pixels.y + dog!.pixels.height).toBe(100);
    expect(person!.pixels.y).toBe(0);
  });

  it('finds nothing in an empty output', () => {
    expect(foundIn(headOutput([]), network, placement, { threshold: 0.1, nms: 0.45 })).toEqual([]);
  });

  it('needs a head', () => {
    const headless = networkOf({ channels: 3, height: 4, width: 4 }, [convolution()]);
    expect(() => requireHead(headless)).toThrow(expect.objectContaining({ code: 'DT_HEAD_MISSING' }));
  });
});
