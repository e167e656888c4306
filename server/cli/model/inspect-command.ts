import { loadClusterConfig } from '../../config/load.js';
import type { Activation, Layer } from '../../formats/darknet/layers.js';
import type { FusedDepth } from '../../geometry/choose-cut.js';
import { type GraphCut, tileable } from '../../graph/cuts.js';
import { macsOf, mapBytesOf, parametersOf, totalOf, weightBytesOf } from '../../model/layer-facts.js';
import type { Network } from '../../model/network.js';
import { builtInOnnx } from '../../model-files/built-in-onnx.js';
import { describeModel } from '../../model-files/describe-model.js';
import type { ModelSpec } from '../../model-files/model-spec.js';
import { isOnnxPath, readOnnxFile } from '../../model-files/onnx-file.js';
import { formatBytes } from '../terminal/quantities.js';
import { paint, printJson, printLine, printWarning } from '../terminal/terminal.js';
import { type Column, right, textTable } from '../terminal/text-table.js';
import { parseSize } from './onnx/input-size.js';

export interface InspectOptions {
  readonly config: string;
  readonly cfg?: string;
  readonly size?: string;
  readonly json?: boolean;
}

interface Subject {
  readonly network: Network;
  /** What cluster.yaml says, where it is about its model; null otherwise. */
  readonly fusedDepth: FusedDepth | null;
}

/** `deepthings model inspect`. */
export async function runModelInspect(name: string | undefined, options: InspectOptions): Promise<void> {
  const file = isOnnxPath(name) ? name : builtInOnnx(name);
  if (file !== null) {
    const { describeGraph, inspectionOf } = await import('./onnx/describe-graph.js');
    const imported = await readOnnxFile(file, options.size === undefined ? {} : { size: parseSize(options.size) });
    if (options.json) printJson(inspectionOf(imported));
    else printLine(describeGraph(imported));
    return;
  }
  const subject = await findSubject(name, options);
  if (options.json) printJson(inspection(subject));
  else printLine(describe(subject));
}

async function findSubject(name: string | undefined, { cfg, config: file, size }: InspectOptions): Promise<Subject> {
  const wanted = size === undefined ? {} : parseSize(size);
  if (name !== undefined || cfg !== undefined) {
    return { network: await describeModel({ name, cfg, ...wanted }, printWarning), fusedDepth: null };
  }
  const { model, partition } = await loadClusterConfig(file);
  const spec: ModelSpec = { ...model, ...wanted };
  return { network: await describeModel(spec), fusedDepth: partition.fusedDepth };
}

function inspection({ network, fusedDepth }: Subject) {
  const { name, input, labels, layers } = network;
  const cuts = cutsByLayer(network);
  return {
    name,
    input,
    labels,
    fusedDepth,
    parameters: totalOf(network, parametersOf),
    macs: totalOf(network, macsOf),
    layers: layers.map((layer, index) => ({
      ...layer,
      macs: macsOf(layer),
      mapBytes: mapBytesOf(layer),
      weightBytes: weightBytesOf(layer),
      fusedDepth: cuts.get(index)?.layers ?? null,
    })),
  };
}

const COLUMNS: readonly Column[] = [
  right('layer'),
  { title: 'kind', style: 'bold' },
  { title: 'how' },
  { title: 'output' },
  right('GMAC'),
  right('map'),
  right('weights'),
  { title: 'FTP cut', style: 'green' },
];

function describe({ network, fusedDepth }: Subject): string {
  const { name, input, labels, layers } = network;
  const cuts = cutsByLayer(network);
  const rows = layers.map((layer, index) => [
    String(index),
    layer.kind,
    howOf(layer),
    `${layer.output.channels} x ${layer.output.height} x ${layer.output.width}`,
    macsOf(layer) === 0 ? '' : (macsOf(layer) / 1e9).toFixed(3),
    formatBytes(mapBytesOf(layer)),
    weightBytesOf(layer) === 0 ? '' : formatBytes(weightBytesOf(layer)),
    cutMark(cuts.get(index), fusedDepth),
  ]);
  const title = paint(process.stdout, 'bold', `${name}, input ${input.width}x${input.height}`);
  const total =
    `${layers.length} layers, ${totalOf(network, parametersOf).toLocaleString('en')} parameters ` +
    `(${formatBytes(totalOf(network, weightBytesOf))}), ${(totalOf(network, macsOf) / 1e9).toFixed(2)} GMAC a picture, ` +
    labelsText(labels);
  const legend =
    'FTP cut: how many layers are fused when the cut is after this one, and how many maps are handed over there; none where a ' +
    'layer needs the whole of a map.';
  return `${title}: ${total}\n\n${textTable(COLUMNS, rows)}\n\n${legend}`;
}

/** By index of a layer: the cut right after it. */
function cutsByLayer({ graph, layers }: Network): ReadonlyMap<number, GraphCut> {
  const { cuts } = tileable(graph);
  const found = layers.map((_, index) => cuts.find(({ after }) => after.outputs.includes(`map ${index + 1}`)));
  return new Map(found.flatMap((cut, index) => (cut === undefined ? [] : [[index, cut] as const])));
}

function cutMark(cut: GraphCut | undefined, fusedDepth: FusedDepth | null): string {
  if (cut === undefined) return '';
  const maps = cut.values.length === 1 ? '' : `, ${cut.values.length} maps`;
  return `${cut.layers}${maps}${cut.layers === fusedDepth ? ' <- cluster.yaml' : ''}`;
}

function labelsText(labels: readonly string[]): string {
  if (labels.length === 0) return 'no labels';
  return labels.length <= 3 ? `finds ${labels.join(', ')}` : `${labels.length} classes`;
}

function howOf(layer: Layer): string {
  switch (layer.kind) {
    case 'convolutional': {
      const { size, stride, padding, groups, batchNormalize, activation, input } = layer;
      const parts = [`${size}x${size}${stride === 1 ? '' : `/${stride}`}`, padding === 0 ? '' : `padding ${padding}`];
      if (groups > 1) parts.push(groups === input.channels ? 'depthwise' : `${groups} groups`);
      return [...parts, batchNormalize ? 'batch norm' : '', activation].filter((part) => part !== '').join(', ');
    }
    case 'local':
    case 'maxpool':
    case 'local_avgpool':
      return `${layer.size}x${layer.size}/${layer.stride}`;
    case 'route':
      return `of ${layer.layers.join(', ')}${layer.group === undefined ? '' : `, part ${layer.group.index + 1} of ${layer.group.count}`}`;
    case 'shortcut':
      return withActivation(`plus ${layer.from.join(', ')}`, layer.activation);
    case 'sam':
    case 'scale_channels':
      return withActivation(`times ${layer.from}`, layer.activation);
    case 'upsample':
      return `x${layer.stride}${layer.scale === 1 ? '' : `, times ${layer.scale}`}`;
    case 'reorg':
    case 'reorg3d':
      return `/${layer.stride}`;
    case 'crop':
      return 'the middle';
    case 'activation':
      return layer.activation;
    case 'connected':
      return [layer.batchNormalize ? 'batch norm' : '', layer.activation].filter((part) => part !== '').join(', ');
    case 'avgpool':
      return 'mean of each channel';
    case 'dropout':
    case 'cost':
    case 'contrastive':
      return 'nothing: for training only';
    case 'softmax':
      return `${layer.input.channels} classes`;
    case 'detection':
      return `${layer.side}x${layer.side} cells, ${layer.boxes} boxes each, ${layer.classes} classes`;
    case 'region':
    case 'yolo':
      return `${layer.anchors.length} anchors, ${layer.classes} classes`;
  }
}

function withActivation(how: string, activation: Activation): string {
  return activation === 'linear' ? how : `${how}, ${activation}`;
}
