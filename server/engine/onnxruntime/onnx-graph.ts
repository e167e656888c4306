import type { Activation, ConvolutionalLayer, Layer, MaxPoolLayer, ReorgLayer } from '../../model/network.js';
import { LEAKY_SLOPE, poolingPads, REORG_ORDER, reorgBlocks } from '../darknet-rules.js';
import type { EngineGraph } from '../inference-engine.js';
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from './onnx-encoding.js';

/** Darknet's activations by operator; linear needs none. */
const ACTIVATIONS: Readonly<
  Record<Activation, { operator: string; attributes?: Readonly<Record<string, OnnxAttribute>> } | undefined>
> = {
  linear: undefined,
  leaky: { operator: 'LeakyRelu', attributes: { alpha: { float: LEAKY_SLOPE } } },
  relu: { operator: 'Relu' },
  logistic: { operator: 'Sigmoid' },
};

interface GraphParts {
  readonly nodes: OnnxNode[];
  readonly initializers: OnnxTensor[];
}

/**
 * Translates layers to ONNX. Value `map l` is the input of layer l, so a graph goes from `map firstLayer` to the map
 * after its last layer, and a route that names layer firstLayer - 1 means the graph's own input.
 *
 * @param graph one that `checkGraph` found right.
 */
export function buildOnnxGraph(graph: EngineGraph): OnnxGraph {
  const first = graph.layers[0]!;
  const last = graph.layers.at(-1)!;
  const parts: GraphParts = { nodes: [], initializers: [] };
  for (const [offset, layer] of graph.layers.entries()) {
    addLayer(graph, layer, graph.firstLayer + offset, parts);
  }
  const whole = graph.padding === 'layers';
  const dims = ({ channels, height, width }: Layer['input'], when: string) => [
    1,
    channels,
    whole ? height : `${when} height`,
    whole ? width : `${when} width`,
  ];
  return {
    name: graph.name,
    nodes: parts.nodes,
    initializers: parts.initializers,
    input: { name: mapName(graph.firstLayer), dims: dims(first.input, 'input') },
    output: { name: mapName(graph.firstLayer + graph.layers.length), dims: dims(last.output, 'output') },
  };
}

function addLayer(graph: EngineGraph, layer: Layer, index: number, parts: GraphParts): void {
  const [input, output] = [mapName(index), mapName(index + 1)];
  switch (layer.kind) {
    case 'convolutional':
      addConvolution(graph, layer, index, parts);
      return;
    case 'maxpool': {
      const pads = graph.padding === 'layers' ? onnxPads(layer) : [0, 0, 0, 0];
      parts.nodes.push({
        operator: 'MaxPool',
        inputs: [input],
        output,
        attributes: { ...window(layer), pads: { integers: pads } },
      });
      return;
    }
    case 'route': {
      const sources = layer.layers.map((source) => mapName(source + 1));
      parts.nodes.push(
        sources.length === 1
          ? { operator: 'Identity', inputs: sources, output }
          : { operator: 'Concat', inputs: sources, output, attributes: { axis: { integer: 1 } } },
      );
      return;
    }
    case 'reorg':
      addReorg(layer, index, parts);
      return;
    case 'region':
      throw new TypeError(`layer ${index} of ${graph.name} was not checked`);
  }
}

function addConvolution(graph: EngineGraph, layer: ConvolutionalLayer, index: number, parts: GraphParts): void {
  const dims = [layer.filters, layer.input.channels / layer.groups, layer.size, layer.size];
  const found = graph.weights.get(index)!;
  const [weights, bias] = [`weights ${index}`, `bias ${index}`];
  parts.initializers.push(
    { name: weights, dims, data: found.weights },
    { name: bias, dims: [layer.filters], data: found.bias },
  );
  const pad = graph.padding === 'layers' ? layer.padding : 0;
  const activation = ACTIVATIONS[layer.activation];
  const output = mapName(index + 1);
  const sum = activation === undefined ? output : `${output} before activation`;
  parts.nodes.push({
    operator: 'Conv',
    inputs: [mapName(index), weights, bias],
    output: sum,
    attributes: { ...window(layer), pads: { integers: [pad, pad, pad, pad] }, group: { integer: layer.groups } },
  });
  if (activation !== undefined) {
    parts.nodes.push({ ...activation, inputs: [sum], output });
  }
}

/** ONNX's order of sides. */
function onnxPads(layer: MaxPoolLayer): readonly number[] {
  const { top, left, bottom, right } = poolingPads(layer);
  return [top, left, bottom, right];
}

function addReorg(layer: ReorgLayer, index: number, parts: GraphParts): void {
  const { output } = layer;
  const [shapeBefore, shapeAfter] = [`reorg ${index} blocks`, `reorg ${index} shape`];
  const [blocks, planes] = [`map ${index} in blocks`, `map ${index} by planes`];
  const shape = (name: string, dims: readonly number[]): OnnxTensor => ({
    name,
    dims: [dims.length],
    data: BigInt64Array.from(dims, BigInt),
  });
  parts.initializers.push(
    shape(shapeBefore, reorgBlocks(layer)),
    shape(shapeAfter, [1, output.channels, output.height, output.width]),
  );
  parts.nodes.push(
    { operator: 'Reshape', inputs: [mapName(index), shapeBefore], output: blocks },
    { operator: 'Transpose', inputs: [blocks], output: planes, attributes: { perm: { integers: REORG_ORDER } } },
    { operator: 'Reshape', inputs: [planes, shapeAfter], output: mapName(index + 1) },
  );
}

function window({ size, stride }: { readonly size: number; readonly stride: number }) {
  return { kernel_shape: { integers: [size, size] }, strides: { integers: [stride, stride] } };
}

function mapName(layer: number): string {
  return `map ${layer}`;
}
