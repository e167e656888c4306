import { describe, expect, it } from 'vitest';
import { planGraph } from '../../server/geometry/choose-cut.js';
import { tilePeakBytes, untiledPeakBytes } from '../../server/geometry/tile-memory.js';
import type { Graph } from '../../server/graph/graph.js';
import { node, conv as sketchedConv, sketchGraph } from '../graph/test-graphs.js';
import { planLayers } from './chain-graphs.js';
import { chain, conv, max } from './layer-chains.js';

const F32 = 4;
const square = (size: number, channels = 1) => ({ channels, height: size, width: size });

function peaks(graph: Graph, rows: number, values = graph.outputs) {
  const { stage, tiles } = planGraph(graph, values, { rows, columns: 1 });
  return {
    tiles: tiles.map(({ shares }) => tilePeakBytes(stage, shares) / F32),
    untiled: untiledPeakBytes(stage) / F32,
  };
}

describe('the memory of a tile of a chain, by hand', () => {
  const ofLayers = (layers: Parameters<typeof planLayers>[0], rows: number, columns: number) => {
    const { stage, tiles } = planLayers(layers, layers.length, { rows, columns });
    return { tile: tilePeakBytes(stage, tiles[0]!.shares) / F32, untiled: untiledPeakBytes(stage) / F32 };
  };

  it('is a block and its padded copy, where these are more than the copy and the output', () => {
    expect(ofLayers(chain(square(6, 3), [conv(3, 2)]), 2, 2)).toEqual({
      tile: 3 * 16 + 3 * 25,
      untiled: 3 * 36 + 2 * 36,
    });
  });

  it('is the padded copy and the output, where these are more', () => {
    expect(ofLayers(chain(square(6), [conv(3, 8)]), 2, 2).tile).toBe(5 * 5 + 8 * 3 * 3);
  });

  it('is of a layer in the middle of a segment, where that is largest', () => {
    expect(ofLayers(chain(square(8), [conv(1, 1), conv(1, 8), max(2, 2)]), 2, 1)).toEqual({
      tile: 8 * 32 + 8 * 8,
      untiled: 8 * 64 + 8 * 16,
    });
  });

  it('is of one layer at a time: what is read is let go', () => {
    // Copies of 10 x 6 cells, 4 channels each; the second one is put together while the first one's output is there.
    expect(ofLayers(chain(square(8, 4), [conv(3, 4), conv(3, 4), conv(3, 4)]), 2, 1).tile).toBe(4 * (8 * 7 + 10 * 8));
  });
});

describe('the memory of a tile of a graph, by hand', () => {
  it('counts an activation once: it is computed in place', () => {
    const graph = sketchGraph([1, 2, 4, 4], [sketchedConv('x', 'a', [3, 2, 1]), node('Relu', ['a'], 'b')]);
    expect(peaks(graph, 2)).toEqual({ tiles: [(2 + 3) * 8, (2 + 3) * 8], untiled: (2 + 3) * 16 });
  });

  it('counts a shortcut as long as its sum is still to come', () => {
    const graph = sketchGraph(
      [1, 3, 8, 8],
      [
        sketchedConv('x', 'a', [2, 3, 1]),
        sketchedConv('a', 'b', [6, 2, 1]),
        sketchedConv('b', 'c', [2, 6, 1]),
        node('Add', ['a', 'c'], 'd'),
      ],
    );
    // While c is computed: a, b, c. Nothing is padded, so nothing is copied.
    expect(peaks(graph, 2)).toEqual({ tiles: [(2 + 6 + 2) * 32, (2 + 6 + 2) * 32], untiled: (2 + 6 + 2) * 64 });
  });

  it('counts, beside a shortcut, the padded copy and the part of it that the two readers are given', () => {
    const graph = sketchGraph(
      [1, 1, 8, 8],
      [
        sketchedConv('x', 'a', [4, 1, 1]),
        sketchedConv('a', 'b', [4, 4, 3]),
        node('Add', ['a', 'b'], 'c'),
        sketchedConv('c', 'd', [1, 4, 1]),
      ],
    );
    // In one engine call: a's rows, their padded copy for b, those rows of them that c reads, then b, and c beside both.
    const tile = 4 * (5 * 8 + 6 * 10 + 4 * 8 + 4 * 8 + 4 * 8);
    // Engines pad by themselves: a and b, then c beside both.
    expect(peaks(graph, 2)).toEqual({ tiles: [tile, tile], untiled: 3 * 4 * 64 });
  });

  it('keeps what is handed over to the end', () => {
    const graph = sketchGraph(
      [1, 1, 8, 8],
      [
        sketchedConv('x', 'a', [8, 1, 1]),
        sketchedConv('a', 'b', [1, 8, 1]),
        sketchedConv('b', 'c', [8, 1, 1]),
        sketchedConv('c', 'd', [8, 8, 1]),
      ],
      ['a', 'd'],
    );
    const alone = sketchGraph([1, 1, 8, 8], sketchesOf(graph));
    expect(peaks(graph, 1)).toEqual({ tiles: [(8 + 8 + 8) * 64], untiled: (8 + 8 + 8) * 64 });
    expect(peaks(alone, 1).tiles).toEqual([(8 + 8) * 64]);
  });

  it('counts nothing of a map of which the tile has no share', () => {
    const graph = sketchGraph(
      [1, 1, 8, 8],
      [sketchedConv('x', 'a', [2, 1, 1]), sketchedConv('a', 'b', [64, 2, 2], { stride: 2, pad: 0 })],
      ['a', 'b'],
    );
    const { tiles } = peaks(graph, 8);
    // Rows with an even number have a row of a; the others also one of b, which needs two rows of a.
    expect(tiles.filter((_, row) => row % 2 === 0)).toEqual(Array(4).fill((1 + 2) * 8));
    expect(tiles.filter((_, row) => row % 2 === 1)).toEqual(Array(4).fill(2 * 16 + 64 * 4));
  });
});

function sketchesOf({ constants, nodes }: Graph): Parameters<typeof sketchGraph>[1] {
  return nodes.map((one) => ({ ...one, inputs: one.inputs.map((name) => constants.get(name) ?? name) }));
}
