import { expect, test } from 'vitest';
import { checkPartition } from '../../../server/config/checks/partition-check.js';
import type { Draft } from '../../../server/config/draft.js';
import { PositionIndex } from '../../../server/config/source/position.js';
import { formatProblem, ProblemList } from '../../../server/config/source/problem.js';
import type { Graph } from '../../../server/graph/graph.js';
import { describeModel } from '../../../server/model/model-source.js';
import type { Network } from '../../../server/model/network.js';
import { conv, node, sketchGraph } from '../../graph/test-graphs.js';

const draft = (given: Draft['given']): Draft => ({ given, problems: new ProblemList('c.yaml', new PositionIndex()) });
const networkOf = (graph: Graph): Network => ({ ...describeModel({ name: 'yolov2' }), graph });

/** One shortcut past a layer. */
const RESIDUAL = networkOf(
  sketchGraph([1, 3, 8, 8], [conv('x', 'a', [4, 3, 3]), conv('a', 'b', [4, 4, 3]), node('Add', ['a', 'b'], 'c')]),
);
/** No cfg gives it: reading one refuses padding as wide as the window. */
const PADDED = networkOf(sketchGraph([1, 3, 8, 8], [conv('x', 'a', [4, 3, 3], { pad: 3 })]));

function problemsOf(given: Draft['given'], network: Network): string[] {
  const checked = draft(given);
  checkPartition(checked, network);
  return checked.problems.sorted().map(formatProblem);
}

test.each<[string, Draft['given'], Network, RegExp]>([
  [
    'a network of which nothing can be cut',
    {},
    PADDED,
    /model.cfg: No part of sketch .*Conv 0: its padding is as large as its window/,
  ],
  [
    'a depth that the network does not have',
    { partition: { fusedDepth: 3 } },
    RESIDUAL,
    /partition.fusedDepth: .*Choose a depth from 1 to 2.*\(write another fusedDepth, or auto\)/,
  ],
  [
    'a node that the network does not have',
    { partition: { fusedDepth: 'conv7' } },
    RESIDUAL,
    /partition.fusedDepth: .*no node "conv7"/,
  ],
  [
    'a grid finer than the map',
    { partition: { grid: '9x1', fusedDepth: 1 } },
    RESIDUAL,
    /partition.grid: .*1 to 8 rows.*\(write a coarser grid/,
  ],
  [
    'more tiles than are of use',
    { partition: { grid: '100x100' } },
    RESIDUAL,
    /partition.grid: .*10000 tiles, and 4096/,
  ],
  [
    'layers of a network that branches',
    { partition: { fusedDepth: 2 }, schedule: { strategy: 'modnn' } },
    RESIDUAL,
    /schedule.strategy: modnn .*is none.*\(choose another strategy\)/,
  ],
])('%s is one problem, told at its place', (_what, given, network, problem) => {
  expect(problemsOf(given, network)).toEqual([expect.stringMatching(problem)]);
});

test.each<[string, Draft['given'], Network]>([
  ['the defaults', {}, RESIDUAL],
  ['the defaults', {}, describeModel({ name: 'face-detector' })],
  ['a share of the work', { partition: { fusedDepth: '60%' } }, RESIDUAL],
  ['a node', { partition: { fusedDepth: 'Conv 1', grid: '8x8' } }, RESIDUAL],
  [
    'layers, up to where the network branches',
    { schedule: { strategy: 'modnn' }, partition: { fusedDepth: 1 } },
    RESIDUAL,
  ],
])('%s: nothing to say', (_what, given, network) => {
  expect(problemsOf(given, network)).toEqual([]);
});

test('a partition that is wrong itself is not checked further', () => {
  for (const path of [['partition'], ['partition', 'fusedDepth']]) {
    const spoiled = draft({});
    spoiled.problems.report(path, 'must be a map', 'write one');
    checkPartition(spoiled, PADDED);
    expect(spoiled.problems.sorted()).toHaveLength(1);
  }
});

test('a wrong grid is told once, a wrong depth beside it as well', () => {
  const spoiled = draft({ partition: { fusedDepth: 9 } });
  spoiled.problems.report(['partition', 'grid'], 'is no grid', 'write one');
  checkPartition(spoiled, RESIDUAL);
  expect(spoiled.problems.sorted().map(({ path }) => path)).toEqual(['partition.grid', 'partition.fusedDepth']);
});

test('an engine is to run what its device computes: of frames without tiles the last layers too', () => {
  const network = networkOf(
    sketchGraph(
      [1, 3, 8, 8],
      [conv('x', 'a', [4, 3, 3]), conv('a', 'b', [4, 4, 3]), node('LRN', ['b'], 'c', { size: { integer: 4 } })],
    ),
  );
  const given = { partition: { fusedDepth: 1 }, devices: [{ id: 'e0', engine: { name: 'tfjs' as const } }] };
  expect(problemsOf({ ...given, schedule: { strategy: 'ftp-wst-s' } }, network)).toEqual([]);
  expect(problemsOf(given, network)).toEqual([expect.stringMatching(/tfjs cannot run LRN .*4 channels/)]);
});
