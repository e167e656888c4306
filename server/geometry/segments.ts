import type { Graph } from '../graph/graph.js';
import { macsOf } from '../graph/macs.js';
import { isSameCell } from '../graph/reach.js';
import { type Materialised, materialise } from './materialised.js';
import type { MapShape } from './region.js';
import { fillOf, type Stage, type StageNode } from './stage.js';

/** A node of a segment, with its values by number. */
export interface SegmentNode extends StageNode {
  /** Of the values that it reads, in the order of `reads`. */
  readonly from: readonly number[];
  /** For each of these the segment's input; -1 for a value that the segment computes itself. */
  readonly inputs: readonly number[];
  /** Of the values that it writes and that are read, or handed over. */
  readonly to: readonly number[];
  readonly isSameCell: boolean;
  /** Its place among the stage's nodes that multiply; -1 for one that does not. */
  readonly work: number;
}

/** A map that a segment reads: a block of it, padded. */
export interface SegmentInput {
  /** Of the engine's input. */
  readonly name: string;
  readonly map: number;
  /** What its padding is filled with. */
  readonly fill: number;
}

/** Nodes of a stage that run in one engine call, on padded blocks. */
export interface Segment {
  readonly index: number;
  /** In topological order. */
  readonly nodes: readonly SegmentNode[];
  /** Readers that need a map in one way share an input. */
  readonly inputs: readonly SegmentInput[];
  /** Maps that it puts out. */
  readonly writes: readonly number[];
}

/** A node that multiplies. */
export interface WorkNode {
  readonly node: StageNode['node'];
  /** Multiply-accumulates for one cell of its output, all channels together. */
  readonly macsPerCell: number;
}

/**
 * A stage's engine calls, each after those whose outputs it reads. Values have numbers: first the *maps*, which are put
 * together by hand (the picture is map 0, the others follow in the order in which segments put them out), then those that
 * stay inside an engine call.
 */
export interface SegmentedStage extends Stage {
  readonly segments: readonly Segment[];
  /** Names of the maps, by number. */
  readonly mapNames: readonly string[];
  /** Shapes of the maps, by number. */
  readonly maps: readonly MapShape[];
  /** Shapes of all values, by number. */
  readonly shapes: readonly MapShape[];
  /** Numbers of all values by name. */
  readonly numbers: ReadonlyMap<string, number>;
  /** The maps that are handed over, in the order of `values`. */
  readonly outputs: readonly number[];
  readonly work: readonly WorkNode[];
  /** Layers of the stage: nodes that multiply, or look at several cells. */
  readonly layers: number;
  /** Multiply-accumulates of the stage on whole maps. */
  readonly macs: number;
}

/**
 * Cuts a stage into segments: nodes that hang together by values which are not put together by hand.
 *
 * @param byHand values that are put together by hand in any case.
 */
export function segmentStage(stage: Stage, byHand: readonly string[] = []): SegmentedStage {
  const { graph, nodes, values } = stage;
  const materialised = materialise(stage, byHand);
  const read = new Set(nodes.flatMap(({ reads }) => reads));
  const isWanted = (name: string) => read.has(name) || values.includes(name);
  const groups = connected(stage, materialised).toSorted(
    (a, b) => materialised.levels.get(a[0]!)! - materialised.levels.get(b[0]!)!,
  );
  const outputsOf = (group: readonly StageNode[]) => group.flatMap(({ node }) => node.outputs.filter(isWanted));
  const written = groups.flatMap(outputsOf);
  const mapNames = [graph.inputs[0]!, ...written.filter((name) => materialised.values.has(name))];
  const inner = written.filter((name) => !materialised.values.has(name));
  const numbers = new Map([...mapNames, ...inner].map((name, number) => [name, number]));
  const shapes = [...numbers.keys()].map((name) => mapShape(graph, name));
  const inputFor = (inputs: SegmentInput[], one: StageNode, map: number): number => {
    const fill = fillOf(graph, one);
    const name = `${mapNames[map]} for ${materialised.needOf.get(one)} in ${fill}`;
    const known = inputs.findIndex((input) => input.name === name);
    return known >= 0 ? known : inputs.push({ name, map, fill }) - 1;
  };
  const work: WorkNode[] = [];
  const segments = groups.map((group, index): Segment => {
    const inputs: SegmentInput[] = [];
    const numbered = group.map((one): SegmentNode => {
      const from = one.reads.map((name) => numbers.get(name)!);
      const to = one.node.outputs.flatMap((name) => (isWanted(name) ? [numbers.get(name)!] : []));
      return {
        ...one,
        from,
        inputs: from.map((map) => (map < mapNames.length ? inputFor(inputs, one, map) : -1)),
        to,
        isSameCell: isSameCell(one.reach),
        work: workOf(work, graph, one),
      };
    });
    const writes = outputsOf(group).flatMap((name) => {
      const number = numbers.get(name)!;
      return number < mapNames.length ? [number] : [];
    });
    return Object.freeze({ index, nodes: numbered, inputs, writes });
  });
  return Object.freeze({
    ...stage,
    segments: Object.freeze(segments),
    mapNames: Object.freeze(mapNames),
    maps: Object.freeze(shapes.slice(0, mapNames.length)),
    shapes: Object.freeze(shapes),
    numbers,
    outputs: Object.freeze(values.map((name) => numbers.get(name)!)),
    work: Object.freeze(work),
    layers: nodes.filter((one) => isLayer(graph, one)).length,
    macs: nodes.reduce((sum, { node }) => sum + macsOf(graph, node), 0),
  });
}

function workOf(work: WorkNode[], graph: Graph, { node }: StageNode): number {
  const macs = macsOf(graph, node);
  if (macs === 0) return -1;
  const { height, width } = mapShape(graph, node.outputs[0]!);
  return work.push({ node, macsPerCell: macs / (height * width) }) - 1;
}

/** Whether a node is a layer: it multiplies, or looks at several cells. */
export function isLayer(graph: Graph, { node, reach }: StageNode): boolean {
  return macsOf(graph, node) > 0 || !isSameCell(reach);
}

/** Shape of a feature map of a graph. */
export function mapShape({ values }: Graph, name: string): MapShape {
  const [, channels, height, width] = values.get(name)!.shape as [number, number, number, number];
  return Object.freeze({ channels, height, width });
}

function connected({ nodes }: Stage, { values }: Materialised): readonly (readonly StageNode[])[] {
  const group = new Map<string, StageNode[]>();
  const groups = new Set<StageNode[]>();
  for (const one of nodes) {
    const joined = new Set(one.reads.flatMap((name) => (values.has(name) ? [] : [group.get(name)!])));
    // The largest takes the others in.
    const [largest = [], ...others] = [...joined].toSorted((a, b) => b.length - a.length);
    for (const old of others) {
      groups.delete(old);
      largest.push(...old);
      for (const { node } of old) for (const name of node.outputs) group.set(name, largest);
    }
    largest.push(one);
    groups.add(largest);
    for (const name of one.node.outputs) group.set(name, largest);
  }
  const place = new Map(nodes.map((one, i) => [one, i]));
  return [...groups].map((members) => members.toSorted((a, b) => place.get(a)! - place.get(b)!));
}
