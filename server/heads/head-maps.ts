import type { SegmentedStage } from '../geometry/segments.js';
import { restOf } from '../geometry/stage.js';
import { type Graph, type GraphNode, integerOf, integersOf } from '../graph/graph.js';
import type { HeadFamily } from './head-family.js';

/** A map of whose cells an output of a head has some. */
export interface HeadMap {
  /** Among the outputs of the stage. */
  readonly index: number;
  /** The number of its first cell among the output's cells. */
  readonly firstCell: number;
}

/** By output of a head: the maps of a stage that it is made of. */
export type HeadMaps = ReadonlyMap<string, readonly HeadMap[]>;

/**
 * Finds the maps that a head can be decoded from block by block: each of its boxes comes from one cell, and behind the stage the graph only
 * puts the cells in another order.
 *
 * @returns null where the head, or the graph behind the stage, is not of this kind.
 */
export function headMaps(stage: SegmentedStage, head: HeadFamily | null): HeadMaps | null {
  const wanted = head === null ? null : outputsOf(head);
  if (wanted === null) return null;
  const rest = restOf(stage);
  const traced = wanted.names.map((name) => [name, trace(stage, rest, name)] as const);
  const found = new Map<string, readonly HeadMap[]>();
  for (const [name, cells] of traced) {
    if (cells?.order !== wanted.order) return null;
    found.set(name, cells.maps);
  }
  return found;
}

/**
 * The order of numbers: `map` is `[1, channels, height, width]`, `columns` `[1, channels, cells]`, `rows` `[1, cells, channels]`,
 * `last` `[1, height, width, channels]`.
 */
type Order = 'map' | 'columns' | 'rows' | 'last';

interface Cells {
  readonly order: Order;
  readonly maps: readonly HeadMap[];
  readonly count: number;
}

/** The outputs that a head whose boxes come from one cell each reads, and their order; null for other heads. */
function outputsOf(head: HeadFamily): { readonly names: readonly string[]; readonly order: Order } | null {
  switch (head.kind) {
    case 'region':
      return { names: [head.output], order: 'map' };
    case 'yolo':
      return { names: head.levels.map(({ output }) => output), order: 'map' };
    case 'ssd-anchors':
      return { names: head.levels.flatMap(({ boxes, scores }) => [boxes, scores]), order: 'map' };
    case 'centerface':
      return { names: [head.scores, head.sizes, head.offsets], order: 'map' };
    case 'nanodet':
      return {
        names: [...new Set(head.levels.flatMap(({ distances, scores }) => [distances, scores]))],
        order: 'rows',
      };
    case 'yolox':
      return { names: [head.output], order: 'rows' };
    default:
      return null;
  }
}

function trace(stage: SegmentedStage, rest: Graph, name: string): Cells | null {
  const index = stage.outputs.findIndex((map) => stage.mapNames[map] === name);
  if (index >= 0) {
    const { height, width } = stage.maps[stage.outputs[index]!]!;
    return { order: 'map', maps: [{ index, firstCell: 0 }], count: height * width };
  }
  const node = rest.nodes.find(({ outputs }) => outputs.includes(name));
  if (node === undefined || !MOVES.has(node.operator)) return null;
  const reads = node.inputs.filter((input) => rest.values.has(input)).map((input) => trace(stage, rest, input));
  const known = reads.filter((cells) => cells !== null);
  return known.length === reads.length && known[0] !== undefined ? after(rest, node, known) : null;
}

/** The cells behind a node that moves them; null for one that does anything else. */
function after(rest: Graph, node: GraphNode, reads: readonly Cells[]): Cells | null {
  const { count, maps, order } = reads[0]!;
  const moved = (to: Order | null): Cells | null => to && { order: to, maps, count };
  switch (node.operator) {
    case 'Reshape': {
      const shape = rest.values.get(node.outputs[0]!)!.shape;
      const isFlat = shape.length === 3 && shape[0] === 1 && shape[order === 'map' ? 2 : 1] === count;
      if (order === 'map') return moved(isFlat ? 'columns' : null);
      return moved(order === 'last' && isFlat ? 'rows' : null);
    }
    case 'Transpose':
      return moved(TRANSPOSED[`${order} ${integersOf(node, 'perm', []).join(' ')}`] ?? null);
    case 'Concat':
      return joined(reads, integerOf(node, 'axis', 0));
    default:
      return null;
  }
}

/** Operators that only put cells in another order. */
const MOVES: ReadonlySet<string> = new Set(['Reshape', 'Transpose', 'Concat']);

const TRANSPOSED: Readonly<Record<string, Order>> = {
  'columns 0 2 1': 'rows',
  'rows 0 2 1': 'columns',
  'map 0 2 3 1': 'last',
};

const CELL_AXES: Partial<Readonly<Record<Order, readonly number[]>>> = { columns: [2, -1], rows: [1, -2] };

function joined(reads: readonly Cells[], axis: number): Cells | null {
  const { order } = reads[0]!;
  if (!CELL_AXES[order]?.includes(axis) || reads.some((cells) => cells.order !== order)) return null;
  let count = 0;
  const maps = reads.flatMap((cells) => {
    const before = count;
    count += cells.count;
    return cells.maps.map(({ firstCell, index }) => ({ index, firstCell: before + firstCell }));
  });
  return { order, maps, count };
}
