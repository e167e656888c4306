import type { MapShape } from '../../geometry/region.js';
import type { Attribute, Graph, GraphConstant, GraphNode, TensorShape } from '../../graph/graph.js';
import type { Activation, Layer, MaxPoolLayer, ReorgLayer, WeightedLayer } from '../../model/network.js';
import { LEAKY_SLOPE, poolingPads, REORG_ORDER, reorgBlocks } from '../darknet-rules.js';
import type { EngineGraph } from '../inference-engine.js';

interface Operation {
  readonly operator: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** Darknet's activations by operator; linear needs none, and mish is several (see `addActivation`). */
const ACTIVATIONS: Readonly<Record<Exclude<Activation, 'linear' | 'mish'>, Operation>> = {
  leaky: { operator: 'LeakyRelu', attributes: { alpha: { float: LEAKY_SLOPE } } },
  relu: { operator: 'Relu' },
  logistic: { operator: 'Sigmoid' },
};

interface GraphParts {
  readonly nodes: GraphNode[];
  readonly values: Map<string, TensorShape>;
  readonly constants: Map<string, GraphConstant>;
}

/**
 * Translates layers to a graph. Value `map l` is the input of layer l, so a graph goes from `map firstLayer` to the map
 * after its last layer, and a route that names layer firstLayer - 1 means the graph's own input.
 *
 * @param graph one that `checkGraph` found right.
 */
export function buildGraph({ firstLayer, layers, name, padding, weights }: EngineGraph): Graph {
  const input = mapName(firstLayer);
  const parts: GraphParts = { nodes: [], values: new Map([[input, mapOf(layers[0]!.input)]]), constants: new Map() };
  for (const [offset, layer] of layers.entries()) {
    addLayer({ weights, padding, name }, layer, firstLayer + offset, parts);
  }
  return { name, inputs: [input], outputs: [mapName(firstLayer + layers.length)], ...parts };
}

function mapOf({ channels, height, width }: MapShape): TensorShape {
  return { type: 'float32', shape: [1, channels, height, width] };
}

/** @param output a map of the layer's output, unless `shape` says otherwise. */
function addNode(
  { nodes, values }: GraphParts,
  layer: Layer,
  operation: Operation,
  inputs: readonly string[],
  output: string,
  shape = mapOf(layer.output),
): void {
  const { attributes = {}, operator } = operation;
  nodes.push({ name: `make ${output}`, operator, attributes, inputs, outputs: [output] });
  values.set(output, shape);
}

function addLayer(
  graph: Omit<EngineGraph, 'firstLayer' | 'layers'>,
  layer: Layer,
  index: number,
  parts: GraphParts,
): void {
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
      addNode(parts, layer, { operator: 'GlobalAveragePool' }, [input], output);
      return;
    case 'dropout':
    case 'cost':
      addNode(parts, layer, { operator: 'Identity' }, [input], output);
      return;
    case 'maxpool': {
      const pads = graph.padding === 'layers' ? onnxPads(layer) : [0, 0, 0, 0];
      const attributes = { ...window(layer), pads: { integers: pads } };
      addNode(parts, layer, { operator: 'MaxPool', attributes }, [input], output);
      return;
    }
    case 'route': {
      const sources = layer.layers.map((source) => mapName(source + 1));
      const join = { operator: 'Concat', attributes: { axis: { integer: 1 } } };
      addNode(parts, layer, sources.length === 1 ? { operator: 'Identity' } : join, sources, output);
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
  { weights: all }: Pick<EngineGraph, 'weights'>,
  layer: WeightedLayer,
  index: number,
  parts: GraphParts,
  dims: readonly number[],
  attributes: Readonly<Record<string, Attribute>>,
): void {
  const found = all.get(index)!;
  const [weights, bias] = [`weights ${index}`, `bias ${index}`];
  parts.constants.set(weights, floats(found.weights, dims)).set(bias, floats(found.bias, [found.bias.length]));
  const output = mapName(index + 1);
  const sum = layer.activation === 'linear' ? output : `${output} before activation`;
  addNode(parts, layer, { operator: 'Conv', attributes }, [mapName(index), weights, bias], sum);
  addActivation(layer, sum, output, parts);
}

/** Mish is an operator of its own only from operator set 18 on. */
function addActivation(layer: WeightedLayer, sum: string, output: string, parts: GraphParts): void {
  const { activation } = layer;
  if (activation === 'linear') return;
  if (activation !== 'mish') {
    addNode(parts, layer, ACTIVATIONS[activation], [sum], output);
    return;
  }
  const [softplus, gate] = [`${output} softplus`, `${output} gate`];
  addNode(parts, layer, { operator: 'Softplus' }, [sum], softplus);
  addNode(parts, layer, { operator: 'Tanh' }, [softplus], gate);
  addNode(parts, layer, { operator: 'Mul' }, [sum, gate], output);
}

/** ONNX's order of sides. */
function onnxPads(layer: MaxPoolLayer): readonly number[] {
  const { top, left, bottom, right } = poolingPads(layer);
  return [top, left, bottom, right];
}

function addReorg(layer: ReorgLayer, index: number, parts: GraphParts): void {
  const { output } = layer;
  const before = reorgBlocks(layer);
  const after = [1, output.channels, output.height, output.width];
  const [shapeBefore, shapeAfter] = [`reorg ${index} blocks`, `reorg ${index} shape`];
  const [blocks, planes] = [`map ${index} in blocks`, `map ${index} by planes`];
  parts.constants.set(shapeBefore, integers(before)).set(shapeAfter, integers(after));
  const type = 'float32';
  const order = { operator: 'Transpose', attributes: { perm: { integers: REORG_ORDER } } };
  const ordered = REORG_ORDER.map((axis) => before[axis]!);
  addNode(parts, layer, { operator: 'Reshape' }, [mapName(index), shapeBefore], blocks, { type, shape: before });
  addNode(parts, layer, order, [blocks], planes, { type, shape: ordered });
  addNode(parts, layer, { operator: 'Reshape' }, [planes, shapeAfter], mapName(index + 1));
}

function floats({ buffer, byteLength, byteOffset }: Float32Array, shape: readonly number[]): GraphConstant {
  return { type: 'float32', shape, bytes: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength) };
}

function integers(numbers: readonly number[]): GraphConstant {
  const { buffer } = BigInt64Array.from(numbers, BigInt);
  return { type: 'int64', shape: [numbers.length], bytes: new Uint8Array(buffer) };
}

function window({ size, stride }: { readonly size: number; readonly stride: number }) {
  return { kernel_shape: { integers: [size, size] }, strides: { integers: [stride, stride] } };
}

function mapName(layer: number): string {
  return `map ${layer}`;
}
