import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planGraph } from '../../server/geometry/choose-cut.js';
import type { FtpPlan } from '../../server/geometry/ftp-plan.js';
import { tileable } from '../../server/graph/cuts.js';
import { elementCount, type Graph } from '../../server/graph/graph.js';
import { graphDocument, graphOfDocument } from '../../server/graph/graph-document.js';
import { builtInNetwork } from '../../server/model/built-in/registry.js';
import { genes, grow } from '../compute/arbitrary-graphs.js';
import { propertyRuns } from '../support/property-runs.js';
import { conv, floats, integers, node, sketchGraph } from './test-graphs.js';

const GRID = { rows: 2, columns: 3 };

/** Through text, as a page gets it. */
const sent = (graph: Graph) => graphOfDocument(JSON.parse(JSON.stringify(graphDocument(graph))));

/** All of a plan that is plain data. */
const facts = ({ cache, chain, stage: { graph, ...stage }, ...plan }: FtpPlan) => ({
  ...{ ...plan, stage },
  chain: chain && { depth: chain.depth, layers: chain.layers, maps: chain.maps },
});

describe('the document of a graph', () => {
  it('gives the same plans as the graph', () => {
    fc.assert(
      fc.property(genes, fc.nat(999), fc.nat(999), (codes, seed, pick) => {
        const graph = grow([1, 4, 12, 9], codes, seed);
        const { cuts } = tileable(graph);
        const read = sent(graph);
        expect(tileable(read)).toEqual(tileable(graph));
        fc.pre(cuts.length > 0);
        const { values } = cuts[pick % cuts.length]!;
        const [height, width] = [2, 3].map((axis) =>
          Math.max(...values.map((name) => graph.values.get(name)!.shape[axis]!)),
        );
        const grid = { rows: Math.min(GRID.rows, height!), columns: Math.min(GRID.columns, width!) };
        expect(facts(planGraph(read, values, grid))).toEqual(facts(planGraph(graph, values, grid)));
      }),
      { numRuns: propertyRuns(200) },
    );
  });

  it.each(['face-detector', 'yolov2'])('gives the same plan of %s, which has no weights either', (name) => {
    const { graph } = builtInNetwork(name);
    expect(facts(planGraph(sent(graph), 8, GRID))).toEqual(facts(planGraph(graph, 8, GRID)));
  });

  it('has no weights, and the numbers of small constants', () => {
    const graph = sketchGraph(
      [1, 4, 8, 8],
      [
        conv('x', 'a', [8, 4, 3]),
        node('Pad', ['a', integers([0, 0, 1, 1, 0, 0, 1, 1]), floats([0.5], [])], 'b'),
        node('Mul', ['b', floats([1, 2, 3, 4, 5, 6, 7, 8], [8, 1, 1])], 'c'),
      ],
    );
    const { constants } = graphDocument(graph);
    expect(constants).toEqual({
      'constant 0/1': { type: 'float32', shape: [8, 4, 3, 3] },
      'constant 1/1': { type: 'int64', shape: [8], numbers: [0, 0, 1, 1, 0, 0, 1, 1] },
      'constant 1/2': { type: 'float32', shape: [], numbers: [0.5] },
      'constant 2/1': { type: 'float32', shape: [8, 1, 1], numbers: [1, 2, 3, 4, 5, 6, 7, 8] },
    });
    const read = sent(graph);
    for (const [name, { bytes, shape }] of graph.constants) {
      const expected = elementCount(shape) > 64 ? new Uint8Array(0) : bytes;
      expect(read.constants.get(name)!.bytes, name).toEqual(expected);
    }
    expect({ ...read, constants: null }).toEqual({ ...graph, constants: null });
  });

  it('can be written of a graph with infinities, for which JSON has no numbers', () => {
    const infinite = floats([Number.NEGATIVE_INFINITY], []);
    const graph = sketchGraph(
      [1, 4, 8, 8],
      [node('Pad', ['x', integers([0, 0, 1, 1, 0, 0, 1, 1]), infinite], 'a'), conv('a', 'b', [4, 4, 3], { pad: 0 })],
    );
    const [written, read] = [planGraph(graph, ['b'], GRID), planGraph(sent(graph), ['b'], GRID)];
    expect(read.tiles).toEqual(written.tiles);
    expect(read.maps).toEqual(written.maps);
  });
});
