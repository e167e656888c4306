import { describe, expect, it } from 'vitest';
import type { Schemas } from '../../../../client/client.js';
import { areSameDetections } from '../../../../server/evaluation/measure/check/same-detections.js';

const pixels = { x: 0, y: 0, width: 1, height: 1 };

function detection(score: number, cx = 0.5, classIndex = 0): Schemas['Detection'] {
  return { label: `class ${classIndex}`, classIndex, score, box: { cx, cy: 0.5, width: 0.2, height: 0.2 }, pixels };
}

describe('detections of two runs on one picture', () => {
  const wanted = [detection(0.9), detection(0.7, 0.2, 3), detection(0.3)];

  it('are the same in any order, with values rounded differently', () => {
    expect(areSameDetections([detection(0.69, 0.21, 3), detection(0.31), detection(0.91)], wanted, 0.29)).toBe(true);
  });

  it('may lack the ones that are hardly above the threshold', () => {
    expect(areSameDetections(wanted.slice(0, 2), [...wanted, detection(0.301, 0.8)], 0.29)).toBe(true);
  });

  it.each([
    ['one is missing', [detection(0.9), detection(0.3)]],
    ['one has moved', [detection(0.9), detection(0.7, 0.25, 3), detection(0.3)]],
    ['one has another class', [detection(0.9), detection(0.7, 0.2, 4), detection(0.3)]],
    ['one is less sure', [detection(0.9), detection(0.6, 0.2, 3), detection(0.3)]],
    ['there are more', [...wanted, detection(0.8, 0.8)]],
    ['there are none', []],
  ])('are others when %s', (_, got) => {
    expect(areSameDetections(got, wanted, 0.29)).toBe(false);
    expect(areSameDetections(wanted, got, 0.29)).toBe(false);
  });

  it('may be none', () => {
    expect(areSameDetections([], [], 0.29)).toBe(true);
  });
});
