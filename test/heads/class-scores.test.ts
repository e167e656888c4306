import { describe, expect, it } from 'vitest';
import { parseDarknetCfg } from '../../server/formats/darknet/cfg/darknet-cfg.js';
import { requireHead } from '../../server/heads/require-head.js';
import { classesIn } from '../support/head-outputs.js';

const NET = '[net]\nwidth=8\nheight=8\nchannels=3\n';
const parse = (layers: string, labels?: readonly string[]) => parseDarknetCfg(NET + layers, { name: 'small', labels });
const CLASSIFIER = '[conv]\nfilters=7\nactivation=linear\n[avgpool]\n[softmax]\ngroups=1\n[cost]\ntype=sse\n';

describe('the classes of a softmax layer', () => {
  const network = parse(CLASSIFIER, ['a', 'b', 'c', 'd', 'e', 'f', 'g']);

  it('gives the five best, of equals the first, with probabilities', () => {
    const found = classesIn(Float32Array.of(0, 3, 1, 2, 2, -1, -9), network);
    expect(found.map(({ label, classIndex }) => [label, classIndex])).toEqual([
      ['b', 1],
      ['d', 3],
      ['e', 4],
      ['c', 2],
      ['a', 0],
    ]);
    const sum = [0, 3, 1, 2, 2, -1, -9].reduce((total, value) => total + Math.exp(value), 0);
    expect(found[0]!.score).toBeCloseTo(Math.exp(3) / sum, 12);
  });

  it('does not overflow', () => {
    const found = classesIn(Float32Array.of(1000, 999, 0, 0, 0, 0, 0), network);
    expect(found[0]!.score).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
  });

  it.each([[Float32Array.of(1, 2)], [Float32Array.of(1, 2, Number.NaN, 0, 0, 0, 0)]])(
    '%j is no output of this head',
    (output) => {
      expect(() => classesIn(output, network)).toThrow(expect.objectContaining({ code: 'DT_HEAD_OUTPUT' }));
    },
  );
});

describe('a network’s head', () => {
  it('is its last layer but for what is for training', () => {
    expect(parse(CLASSIFIER)).toMatchObject({ head: { output: 'map 2' }, graph: { outputs: ['map 2'] } });
    expect(parse('[conv]\n')).toMatchObject({ head: null, graph: { outputs: ['map 1'] } });
  });

  it('is missed', () => {
    expect(() => requireHead(parse('[conv]\n'))).toThrow(
      expect.objectContaining({
        code: 'DT_HEAD_MISSING',
        message: expect.stringMatching(/small has no head: .*softmax/),
      }),
    );
  });

  it('wants labels for its classes, and numbers them without', () => {
    expect(parse(CLASSIFIER).labels).toEqual(Array.from({ length: 7 }, (_, index) => `class ${index}`));
    expect(() => parse(CLASSIFIER, ['a'])).toThrow(expect.objectContaining({ code: 'DT_LABELS_COUNT' }));
    // 20 classes are Pascal VOC's in a detector, not in a classifier.
    expect(parse(CLASSIFIER.replace('filters=7', 'filters=20')).labels[0]).toBe('class 0');
  });
});
