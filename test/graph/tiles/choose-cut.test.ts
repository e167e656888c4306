import { describe, expect, it } from 'vitest';
import { tileable } from '../../../server/graph/cuts.js';
import { chooseCut, cutCost } from '../../../server/graph/tiles/choose-cut.js';
import { restOf } from '../../../server/graph/tiles/rest.js';
import { stageOf } from '../../../server/graph/tiles/stage.js';
import { conv, node, sketchGraph } from '../test-graphs.js';

/** Wide and cheap at first, narrow in the middle, dear at the end. */
const GRAPH = sketchGraph(
  [1, 3, 32, 32],
  [
    conv('x', 'a', [8, 3, 3]),
    conv('a', 'b', [4, 8, 3], { stride: 2 }),
    conv('b', 'c', [16, 4, 1]),
    conv('c', 'd', [4, 16, 5]),
    node('GlobalAveragePool', ['d'], 'e'),
  ],
);

describe('what a cut costs in a grid', () => {
  it('is the work of the layers before it where one tile has all, more where tiles overlap', () => {
    const { cuts, local } = tileable(GRAPH);
    const [, second] = cuts;
    expect(cutCost(GRAPH, local, second!, { rows: 1, columns: 1 }).tileMacs).toBe(second!.macs);
    const { largestTileMacs, tileMacs } = cutCost(GRAPH, local, second!, { rows: 2, columns: 2 });
    // Layer b has 16 x 16 cells, a tile of it 8 x 8, which need 17 or 16 of a's 32 a side: (17 + 16)^2 in all.
    expect(tileMacs).toBe(16 * 16 * 9 * 8 * 4 + 33 * 33 * 9 * 3 * 8);
    expect(largestTileMacs).toBe(8 * 8 * 9 * 8 * 4 + 17 * 17 * 9 * 3 * 8);
  });

  it('is least where dear layers are shared out, at a cut that hands over no more than its neighbours', () => {
    const parts = tileable(GRAPH);
    expect(parts.cuts.map(({ after }) => after.outputs[0])).toEqual(['a', 'b', 'c', 'd']);
    expect(chooseCut(GRAPH, parts, { rows: 2, columns: 2 })!.cut.after.outputs).toEqual(['d']);
    expect(
      chooseCut(GRAPH, { ...parts, cuts: parts.cuts.slice(0, 3) }, { rows: 2, columns: 2 })!.cut.after.outputs,
    ).toEqual(['b']);
  });

  it('is none where nothing can be computed in tiles', () => {
    const flat = sketchGraph([1, 3, 4, 4], [node('GlobalAveragePool', ['x'], 'a')]);
    expect(chooseCut(flat, tileable(flat), { rows: 2, columns: 2 })).toBeNull();
  });

  it('leaves the rest a graph of its own, with its own constants', () => {
    const { cuts, local } = tileable(GRAPH);
    const rest = restOf(stageOf(GRAPH, local, cuts[2]!));
    expect([rest.inputs, rest.outputs]).toEqual([['c'], ['e']]);
    expect(rest.nodes.map(({ operator }) => operator)).toEqual(['Conv', 'GlobalAveragePool']);
    expect([...rest.constants.keys()]).toEqual(['constant 3/1']);
    const early = { ...GRAPH, outputs: ['c', 'e'] };
    expect(restOf(stageOf(early, local, tileable(early).cuts[2]!)).outputs, 'c is there already').toEqual(['e']);
  });
});
