import { type GraphCut, type Tileable, tileable } from '../../graph/cuts.js';
import { elementCount, type Graph, type GraphNode } from '../../graph/graph.js';
import { macsOf } from '../../graph/macs.js';
import { type AxisReach, reachOf } from '../../graph/reach.js';
import { layersOf, weightBytes } from '../../graph/weights.js';
import type { RecognisedHead } from '../../heads/recognise/recognise-head.js';
import { formatBytes } from '../terminal/quantities.js';
import { paint } from '../terminal/terminal.js';
import { type Column, right, textTable } from '../terminal/text-table.js';

/** A model as `model inspect` shows it. */
export interface InspectedModel {
  /** With its constants, or without the bytes of those that are weights. */
  readonly graph: Graph;
  /** Those that its outputs may be. */
  readonly heads: readonly Pick<RecognisedHead, 'family' | 'labels'>[];
  /** The node after which the stage of cluster.yaml ends, where the model is of there. */
  readonly stageEnd?: string;
}

const COLUMNS: readonly Column[] = [
  right('node'),
  { title: 'operator', style: 'bold' },
  { title: 'name' },
  { title: 'needs' },
  { title: 'output' },
  right('GMAC'),
  right('weights'),
  right('layers'),
  { title: 'cut: maps that go on', style: 'green' },
];

const LEGEND =
  'A stage can end after a node with a cut, by the name of the node or by the number of layers so far: nodes that multiply, or look at\n' +
  'several cells. The cut says how many maps are handed over there, if not one, and their bytes.';

/** Names of nodes are cut to it. */
const NAME_LENGTH = 28;

/** Returns the text of `model inspect`: every node, the part of its inputs that it needs, where a stage can end, and why not. */
export function describeGraph(model: InspectedModel): string {
  const { graph } = model;
  const parts = tileable(graph);
  const cuts = new Map(parts.cuts.map((cut) => [cut.after, cut]));
  const rows = graph.nodes.map((node, index) => nodeRow(model, node, index, cuts.get(node)));
  return `${textTable(COLUMNS, rows)}\n\n${LEGEND}\n\n${summary(graph, parts)}\n${headLine(model)}`;
}

function nodeRow(
  { graph, stageEnd }: InspectedModel,
  node: GraphNode,
  index: number,
  cut: GraphCut | undefined,
): string[] {
  const macs = macsOf(graph, node);
  const weights = weightBytes(graph, [node]);
  return [
    String(index),
    node.operator,
    node.name.length <= NAME_LENGTH ? node.name : `…${node.name.slice(1 - NAME_LENGTH)}`,
    needText(graph, node),
    node.outputs.map((name) => shapeText(graph.values.get(name)?.shape ?? [])).join(', '),
    macs === 0 ? '' : (macs / 1e9).toFixed(3),
    weights === 0 ? '' : formatBytes(weights),
    cut === undefined ? '' : String(cut.layers),
    cut === undefined ? '' : `${cutText(cut)}${node.name === stageEnd ? ' <- cluster.yaml' : ''}`,
  ];
}

function cutText({ bytes, values }: GraphCut): string {
  return `${values.length === 1 ? '' : `${values.length} maps, `}${formatBytes(bytes)}`;
}

function needText(graph: Graph, node: GraphNode): string {
  const reach = reachOf(graph, node);
  if (reach.kind === 'everything') return 'everything';
  const [rows, columns] = [axisText(reach.rows), axisText(reach.columns)];
  return rows === columns ? rows : `${rows} by ${columns}`;
}

function axisText(reach: AxisReach): string {
  if (reach.kind === 'whole') return 'all';
  const { kernel, stride } = reach;
  if (reach.kind === 'spread') return `1/${stride}${reach.halo > 0 || kernel > stride ? ' and its neighbours' : ''}`;
  if (kernel === 1 && stride === 1) return 'the same cell';
  return `${kernel} cells${stride === 1 ? '' : `, every ${stride}`}`;
}

function summary(graph: Graph, { barriers, cuts, local, macs }: Tileable): string {
  const bytes = weightBytes(graph, graph.nodes);
  const whole =
    `${graph.nodes.length} nodes, ${layersOf(graph)} layers, ${(bytes / 4).toLocaleString('en')} parameters (${formatBytes(bytes)}), ` +
    `${(macs / 1e9).toFixed(2)} GMAC a picture`;
  const last = cuts.at(-1);
  const share = last === undefined || macs === 0 ? 0 : last.macs / macs;
  const lines = [
    paint(process.stdout, 'bold', `${graph.name}: ${whole}`),
    ...graph.inputs.map((name) => `input   ${name} ${shapeText(graph.values.get(name)!.shape)}`),
    ...graph.outputs.map((name) => `output  ${name} ${shapeText(graph.values.get(name)!.shape)}`),
    `tiles   ${local.length} of ${graph.nodes.length} nodes can be computed in tiles, ${Math.round(100 * share)} % of the work`,
    ...barriers.map(({ node, why }) => `stage ends before ${node.operator} "${node.name}": ${why}`),
  ];
  return lines.join('\n');
}

function headLine({ heads }: InspectedModel): string {
  if (heads.length === 0) return 'head    none that is known here: its outputs are not decoded';
  return `head    ${heads.map(({ family, labels }) => `${family.kind} (${labelsText(labels)})`).join(' or ')}`;
}

function labelsText(labels: readonly string[]): string {
  if (labels.length === 0) return 'no labels';
  return labels.length <= 3 ? labels.join(', ') : `${labels.length} classes`;
}

function shapeText(shape: readonly number[]): string {
  return shape.length === 4 && shape[0] === 1 ? shape.slice(1).join(' x ') : `[${shape.join(', ')}]`;
}

/** The same for programs. */
export function inspectionOf({ graph, heads, stageEnd }: InspectedModel) {
  const { barriers, cuts, local, macs } = tileable(graph);
  const tensor = (name: string) => ({ name, ...graph.values.get(name)! });
  return {
    name: graph.name,
    inputs: graph.inputs.map(tensor),
    outputs: graph.outputs.map(tensor),
    macs,
    layers: layersOf(graph),
    weightBytes: weightBytes(graph, graph.nodes),
    nodes: graph.nodes.map((node) => ({
      ...{ name: node.name, operator: node.operator, inputs: node.inputs },
      outputs: node.outputs.map(tensor),
      macs: macsOf(graph, node),
      weightBytes: weightBytes(graph, [node]),
      reach: reachOf(graph, node),
    })),
    tileableNodes: local.length,
    cuts: cuts.map(({ after, ...cut }) => ({ ...cut, after: after.name })),
    stageEnd: stageEnd ?? null,
    barriers: barriers.map(({ node, why }) => ({ node: node.name, why })),
    heads: heads.map(({ family, labels }) => ({ kind: family.kind, labels })),
    largestValueBytes: Math.max(...[...graph.values.values()].map(({ shape }) => 4 * elementCount(shape))),
  };
}
