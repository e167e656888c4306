import { isSameCell } from '../graph/reach.js';
import { isSpread, overlaps, reachText, type Stage, type StageNode } from './stage.js';

/** Which values of a stage are put together by hand, and in which order its engine calls run. */
export interface Materialised {
  readonly values: ReadonlySet<string>;
  /** Nodes of one number may run in one engine call; what a node reads comes from its own number or a smaller one. */
  readonly levels: ReadonlyMap<StageNode, number>;
  /** The part that a node needs of each value that it reads: equal texts are equal regions, in every tile. */
  readonly needOf: ReadonlyMap<StageNode, string>;
}

/**
 * Finds the values that are put together by hand ("materialised"): those of the cut, those that a reader pads or whose readers'
 * windows overlap, those whose readers need different parts, and outputs of operators that compute more than was asked for.
 * Between two of them runs one engine call.
 *
 * @param byHand values that are put together by hand in any case.
 */
export function materialise({ graph, nodes, values }: Stage, byHand: readonly string[] = []): Materialised {
  const chosen = new Set([...graph.inputs, ...values, ...byHand]);
  const readers = readersOf(nodes);
  /** The part that is needed of a node's outputs: equal texts are equal regions, in every tile. */
  const needs = new Map<string, string>();
  for (const one of nodes.toReversed()) {
    const outputs = one.node.outputs.filter((name) => readers.has(name) || values.includes(name));
    for (const name of outputs) {
      const ways = (readers.get(name) ?? []).map((reader) => needThrough(reader, needs));
      const isByHand =
        chosen.has(name) ||
        isSpread(one.reach) ||
        (readers.get(name) ?? []).some(({ reach }) => overlaps(reach)) ||
        new Set(ways).size > 1;
      if (isByHand) chosen.add(name);
      needs.set(name, isByHand ? name : ways[0]!);
    }
    if (new Set(outputs.map((name) => needs.get(name))).size <= 1) continue;
    // One node, different parts of its outputs: it computes the hull, and each is cut out of that.
    for (const name of outputs) {
      chosen.add(name);
      needs.set(name, name);
    }
  }
  const needOf = new Map(nodes.map((one) => [one, needThrough(one, needs)]));
  return { values: chosen, levels: settledLevels(nodes, chosen, graph.inputs), needOf };
}

function readersOf(nodes: readonly StageNode[]): ReadonlyMap<string, readonly StageNode[]> {
  const readers = new Map<string, StageNode[]>();
  for (const one of nodes) {
    for (const name of one.reads) {
      const known = readers.get(name);
      if (known === undefined) readers.set(name, [one]);
      else known.push(one);
    }
  }
  return readers;
}

/** Returns the part of an input that a reader needs, given the part that is needed of its own outputs. */
function needThrough({ node, reach }: StageNode, needs: ReadonlyMap<string, string>): string {
  const own = node.outputs.map((name) => needs.get(name)).find((need) => need !== undefined)!;
  return isSameCell(reach) ? own : `${reachText(reach)}(${own})`;
}

/** A value that would have to cross a later call to reach its reader is put together by hand as well. */
function settledLevels(nodes: readonly StageNode[], chosen: Set<string>, inputs: readonly string[]) {
  for (;;) {
    const before = chosen.size;
    const levels = levelsOf(nodes, chosen, inputs);
    // One that is chosen late sets its earlier readers a level higher as well.
    if (chosen.size === before) return levels;
  }
}

function levelsOf(nodes: readonly StageNode[], chosen: Set<string>, inputs: readonly string[]) {
  const levels = new Map<StageNode, number>();
  const made = new Map<string, number>(inputs.map((name) => [name, -1]));
  for (const one of nodes) {
    const level = Math.max(0, ...one.reads.map((name) => made.get(name)! + (chosen.has(name) ? 1 : 0)));
    for (const name of one.reads) if (made.get(name)! < level) chosen.add(name);
    levels.set(one, level);
    for (const name of one.node.outputs) made.set(name, level);
  }
  return levels;
}
