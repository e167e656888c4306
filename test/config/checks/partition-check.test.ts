import { expect, test } from 'vitest';
import { checkPartition, defaultDepth } from '../../../server/config/checks/partition-check.js';
import type { Draft } from '../../../server/config/draft.js';
import { PositionIndex } from '../../../server/config/source/position.js';
import { formatProblem, ProblemList } from '../../../server/config/source/problem.js';
import type { ConvolutionalLayer } from '../../../server/formats/darknet/layers.js';
import { describeModel } from '../../../server/model/model-source.js';
import type { Network } from '../../../server/model/network.js';

const draft = (given: Draft['given']): Draft => ({ given, problems: new ProblemList('c.yaml', new PositionIndex()) });

/** A network that no cfg gives: reading one refuses padding as wide as the window. */
function paddedNetwork(): Network {
  const network = describeModel({ name: 'yolov2' });
  const first = network.layers[0] as ConvolutionalLayer;
  return { ...network, layers: [{ ...first, padding: 3 }, ...network.layers.slice(1)] };
}

test('what the geometry refuses is told of the cfg, or of the depth where there is no cfg', () => {
  const own = draft({ model: { cfg: 'x.cfg' } });
  checkPartition(own, paddedNetwork());
  expect(own.problems.sorted().map(formatProblem)).toEqual([
    expect.stringMatching(/^c.yaml:1:1 model.cfg: Layer 0: .*padding.*\(fix the cfg, or fuse fewer layers\)$/),
  ]);
  const builtIn = draft({ model: { name: 'yolov2' } });
  checkPartition(builtIn, paddedNetwork());
  expect(builtIn.problems.sorted()[0]!.path).toBe('partition.fusedDepth');
});

test('a partition that is wrong itself is not checked further', () => {
  const spoiled = draft({});
  spoiled.problems.report(['partition'], 'must be a map', 'write one');
  checkPartition(spoiled, paddedNetwork());
  expect(spoiled.problems.sorted()).toHaveLength(1);
});

test('the default depth is eight', () => {
  expect(defaultDepth(describeModel({ name: 'face-detector' }))).toBe(8);
  expect(defaultDepth(describeModel({ name: 'yolov2' }))).toBe(8);
});
