import type { Graph } from '../../graph/graph.js';
import { macsOf } from '../../graph/macs.js';
import type { MapShape } from '../region.js';
import { isLayer, mapShape, type SegmentedStage, segmentStage } from '../segments.js';
import type { StageNode } from '../stage.js';

/**
 * What MoDNN needs to know of a layer: a square window that slides over the map. Convolution and pooling are the same to
 * it.
 */
export interface LayerGeometry {
  /** Window size K, both axes. */
  readonly kernel: number;
  /** Stride S, both axes. */
  readonly stride: number;
  /** Padding P before the map (left and top). What is needed after it follows from the output size. */
  readonly padBefore: number;
  readonly input: MapShape;
  readonly output: MapShape;
  /** Multiply-accumulates for one output cell, all output channels together; 0 for pooling. */
  readonly macsPerCell: number;
}

/** A stage as layers that each feed the next, which MoDNN computes one by one (paper section V.A, [16]). */
export interface LayerChain {
  /** The stage with a segment for each layer. */
  readonly stage: SegmentedStage;
  /** Number of layers. */
  readonly depth: number;
  readonly layers: readonly LayerGeometry[];
  /** Maps 0 to depth: map 0 is the picture, map l + 1 the output of layer l. */
  readonly maps: readonly MapShape[];
}

/**
 * Reads a stage as a chain of layers: each is a square window that slides over the map, with what is done cell by cell to its
 * output.
 *
 * @returns null for a stage with branches, other windows or several outputs.
 */
export function layerChain(stage: SegmentedStage): LayerChain | null {
  const { graph, nodes, values } = stage;
  if (values.length !== 1) return null;
  const ends = layerEnds(graph, nodes);
  if (ends === null || ends.at(-1) !== values[0]) return null;
  const byLayer = segmentStage(stage, ends);
  if (byLayer.segments.length !== ends.length) return null;
  const layers: LayerGeometry[] = [];
  let input = graph.inputs[0]!;
  for (const [index, { inputs, nodes: own, writes }] of byLayer.segments.entries()) {
    const output = ends[index]!;
    const window = own.slice(1).some((one) => isLayer(graph, one)) ? null : windowOf(own[0]!);
    const feeds = inputs.length === 1 && byLayer.mapNames[inputs[0]!.map] === input;
    if (window === null || !feeds || byLayer.mapNames[writes[0]!] !== output || writes.length !== 1) return null;
    const { height, width } = mapShape(graph, output);
    const macs = own.reduce((sum, { node }) => sum + macsOf(graph, node), 0);
    const shapes = { input: mapShape(graph, input), output: mapShape(graph, output) };
    layers.push(Object.freeze({ ...window, ...shapes, macsPerCell: macs / (height * width) }));
    input = output;
  }
  const maps = [layers[0]!.input, ...layers.map(({ output }) => output)];
  return Object.freeze({
    stage: byLayer,
    depth: layers.length,
    layers: Object.freeze(layers),
    maps: Object.freeze(maps),
  });
}

/** The value before each layer but the first, and the stage's last. Null where the stage does not begin with a layer. */
function layerEnds(graph: Graph, nodes: readonly StageNode[]): readonly string[] | null {
  const starts = nodes.filter((one) => isLayer(graph, one));
  if (starts[0] === undefined || starts[0] !== nodes[0]) return null;
  return [...starts.slice(1).map(({ reads }) => reads[0]!), nodes.at(-1)!.node.outputs[0]!];
}

function windowOf({ reach }: StageNode): Pick<LayerGeometry, 'kernel' | 'stride' | 'padBefore'> | null {
  const { columns, rows } = reach;
  if (rows.kind !== 'window' || columns.kind !== 'window' || rows.before < 0) return null;
  if (rows.kernel !== columns.kernel || rows.stride !== columns.stride || rows.before !== columns.before) return null;
  return { kernel: rows.kernel, stride: rows.stride, padBefore: rows.before };
}
