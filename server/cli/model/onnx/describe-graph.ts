import type { ImportedModel } from '../../../formats/onnx/import-onnx.js';
import { type GraphCut, type Tileable, tileable } from '../../../graph/cuts.js';
import { elementCount, type Graph, type GraphNode } from '../../../graph/graph.js';
import { macsOf } from '../../../graph/macs.js';
import { type AxisReach, reachOf } from '../../../graph/reach.js';
import { recogniseHead } from '../../../heads/recognise/recognise-head.js';
import { formatBytes } from '../../terminal/quantities.js';
import { paint } from '../../terminal/terminal.js';
import { type Column, right, textTable } from '../../terminal/text-table.js';

const COLUMNS: readonly Column[] = [
  right('node'),
  { title: 'operator', style: 'bold' },
  { title: 'name' },
  { title: 'needs' },
  { title: 'output' },
  right('GMAC'),
  { title: 'cut: values and bytes that go on', style: 'green' },
];

/** Names of nodes are cut to it. */
const NAME_LENGTH = 28;

/** Returns the text of `model inspect`: every node, the part of its inputs that it needs, where a stage can end, and why not. */
export function describeGraph(model: ImportedModel): string {
  const { graph } = model;
  const parts = tileable(graph);
  const cuts = new Map(parts.cuts.map((cut) => [cut.after, cut]));
  const rows = graph.nodes.map((node, index) => nodeRow(graph, node, index, cuts.get(node)));
  return `${textTable(COLUMNS, rows)}\n\n${summary(graph, parts)}\n${headLine(model)}`;
}

function nodeRow(graph: Graph, node: GraphNode, index: number, cut: GraphCut | undefined): string[] {
  const macs = macsOf(graph, node);
  return [
    String(index),
    node.operator,
    node.name.length <= NAME_LENGTH ? node.name : `…${node.name.slice(1 - NAME_LENGTH)}`,
    needText(graph, node),
    node.outputs.map((name) => shapeText(graph.values.get(name)?.shape ?? [])).join(', '),
    macs === 0 ? '' : (macs / 1e9).toFixed(3),
    cut === undefined ? '' : `${cut.values.length === 1 ? '' : `${cut.values.length} x `}${formatBytes(cut.bytes)}`,
  ];
}

function needText(graph: Graph, node: GraphNode): string {
  const reach = reachOf(graph, node);
  if (reach.kind === 'everything') return 'everything';
  const [rows, columns] = [axisText(reach.rows), axisText(reach.columns)];
  return rows === columns ? rows : `${rows} by ${columns}`;
}

function axisText(reach: AxisReach): string {
  const { kernel, stride } = reach;
  if (reach.kind === 'spread') return `1/${stride}${reach.halo > 0 || kernel > stride ? ' and its neighbours' : ''}`;
  if (kernel === 1 && stride === 1) return 'the same cell';
  return `${kernel} cells${stride === 1 ? '' : `, every ${stride}`}`;
}

function summary(graph: Graph, { barriers, cuts, local, macs }: Tileable): string {
  const bytes = [...graph.constants.values()].reduce((sum, constant) => sum + constant.bytes.byteLength, 0);
  const whole = `${graph.nodes.length} nodes, ${formatBytes(bytes)} of weights, ${(macs / 1e9).toFixed(2)} GMAC a picture`;
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

function headsOf({ graph, metadata, takesBytes }: ImportedModel) {
  const [, , height, width] = graph.values.get(graph.inputs[0]!)!.shape as [number, number, number, number];
  const outputs = graph.outputs.map((name) => ({ name, ...graph.values.get(name)! }));
  return recogniseHead(outputs, { height, width, takesBytes }, metadata);
}

function headLine(model: ImportedModel): string {
  const heads = headsOf(model);
  if (heads.length === 0) return 'head    none that is known here: its outputs are not decoded';
  return `head    ${heads.map(({ family, labels }) => `${family.kind} (${labels.length} classes)`).join(' or ')}`;
}

function shapeText(shape: readonly number[]): string {
  return shape.length === 4 && shape[0] === 1 ? shape.slice(1).join(' x ') : `[${shape.join(', ')}]`;
}

/** The same for programs. */
export function inspectionOf(model: ImportedModel) {
  const { graph } = model;
  const { barriers, cuts, local, macs } = tileable(graph);
  const tensor = (name: string) => ({ name, ...graph.values.get(name)! });
  return {
    name: graph.name,
    inputs: graph.inputs.map(tensor),
    outputs: graph.outputs.map(tensor),
    macs,
    weightBytes: [...graph.constants.values()].reduce((sum, { bytes }) => sum + bytes.byteLength, 0),
    nodes: graph.nodes.map((node) => ({
      ...{ name: node.name, operator: node.operator, inputs: node.inputs },
      outputs: node.outputs.map(tensor),
      macs: macsOf(graph, node),
      reach: reachOf(graph, node),
    })),
    tileableNodes: local.length,
    cuts: cuts.map(({ after, bytes, macs: before, values }) => ({ after: after.name, values, bytes, macs: before })),
    barriers: barriers.map(({ node, why }) => ({ node: node.name, why })),
    heads: headsOf(model).map(({ family }) => family.kind),
    largestValueBytes: Math.max(...[...graph.values.values()].map(({ shape }) => 4 * elementCount(shape))),
  };
}
