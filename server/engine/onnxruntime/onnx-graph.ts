import type { Activation, Layer, MaxPoolLayer, ReorgLayer, WeightedLayer } from '../../model/network.js';
import { LEAKY_SLOPE, poolingPads, REORG_ORDER, reorgBlocks } from '../darknet-rules.js';
import type { EngineGraph } from '../inference-engine.js';
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from './onnx-encoding.js';

interface Operation {
  readonly operator: string;
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** Darknet's activations by operator; linear needs none, and mish is several (see `addActivation`). */
const ACTIVATIONS: Readonly<Record<Exclude<Activation, 'linear' | 'mish'>, Operation>> = {
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
    case 'convolutional': {
      const pad = graph.padding === 'layers' ? layer.padding : 0;
      const dims = [layer.filters, layer.input.channels / layer.groups, layer.size, layer.size];
      addWeighted(graph, layer, index, parts, dims, {
        ...window(layer),
        pads: { integers: [pad, pad, pad, pad] },
        group: { integer: layer.groups },
      });
      return;
    }
    case 'connected': {
      // A convolution whose one window is the whole map.
      const { channels, height, width } = layer.input;
      addWeighted(graph, layer, index, parts, [layer.outputs, channels, height, width], {
        kernel_shape: { integers: [height, width] },
      });
      return;
    }
    case 'avgpool':
      parts.nodes.push({ operator: 'GlobalAveragePool', inputs: [input], output });
      return;
    case 'dropout':
    case 'cost':
      parts.nodes.push({ operator: 'Identity', inputs: [input], output });
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
    case 'softmax':
    case 'region':
      throw new TypeError(`layer ${index} of ${graph.name} was not checked`);
  }
}

/** @param dims of the kernel, `[outputs, channels, height, width]`. */
function addWeighted(
  graph: EngineGraph,
  layer: WeightedLayer,
  index: number,
  parts: GraphParts,
  dims: readonly number[],
  attributes: Readonly<Record<string, OnnxAttribute>>,
): void {
  const found = graph.weights.get(index)!;
  const [weights, bias] = [`weights ${index}`, `bias ${index}`];
  parts.initializers.push(
    { name: weights, dims, data: found.weights },
    { name: bias, dims: [found.bias.length], data: found.bias },
  );
  const output = mapName(index + 1);
  const sum = layer.activation === 'linear' ? output : `${output} before activation`;
  parts.nodes.push({
    operator: 'Conv',
    inputs: [mapName(index), weights, bias],
    output: sum,
    attributes,
  });
  addActivation(layer.activation, sum, output, parts);
}

/** Mish is an operator of its own only from operator set 18 on. */
function addActivation(activation: Activation, sum: string, output: string, parts: GraphParts): void {
  if (activation === 'linear') return;
  if (activation !== 'mish') {
    parts.nodes.push({ ...ACTIVATIONS[activation], inputs: [sum], output });
    return;
  }
  const [softplus, gate] = [`${output} softplus`, `${output} gate`];
  parts.nodes.push(
    { operator: 'Softplus', inputs: [sum], output: softplus },
    { operator: 'Tanh', inputs: [softplus], output: gate },
    { operator: 'Mul', inputs: [sum, gate], output },
  );
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
