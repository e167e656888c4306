import { DeepThingsError } from '../../errors.js';
import type { Activation, ConvolutionalLayer, Layer, MaxPoolLayer, ReorgLayer } from '../../model/network.js';
import type { EngineGraph } from '../inference-engine.js';
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from './onnx-encoding.js';

/** Slope of Darknet's leaky activation below zero. */
const LEAKY_SLOPE = 0.1;

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
 * @throws DT_ENGINE_LAYER for a layer that cannot be part of such a graph, DT_ENGINE_WEIGHTS when a convolution has no
 * weights or of another size.
 */
export function buildOnnxGraph(graph: EngineGraph): OnnxGraph {
  const [first] = graph.layers;
  const last = graph.layers.at(-1);
  if (first === undefined || last === undefined) {
    throw new DeepThingsError('DT_ENGINE_LAYER', `${graph.name}: there is no layer to run`);
  }
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
      const pads = graph.padding === 'layers' ? poolingPads(layer) : [0, 0, 0, 0];
      parts.nodes.push({
        operator: 'MaxPool',
        inputs: [input],
        output,
        attributes: { ...window(layer), pads: { integers: pads } },
      });
      return;
    }
    case 'route': {
      const sources = layer.layers.map((source) => {
        if (source < graph.firstLayer - 1 || source >= index) {
          throw unsupported(graph, index, `a route to layer ${source}, whose output is not in this graph`);
        }
        return mapName(source + 1);
      });
      parts.nodes.push(
        sources.length === 1
          ? { operator: 'Identity', inputs: sources, output }
          : { operator: 'Concat', inputs: sources, output, attributes: { axis: { integer: 1 } } },
      );
      return;
    }
    case 'reorg':
      if (graph.padding === 'caller') {
        throw unsupported(graph, index, 'a reorg, which mixes all rows of the map, on a part of it');
      }
      addReorg(layer, index, parts);
      return;
    case 'region':
      throw unsupported(graph, index, 'a detection head: end the graph before it and decode its input');
  }
}

function addConvolution(graph: EngineGraph, layer: ConvolutionalLayer, index: number, parts: GraphParts): void {
  const found = graph.weights.get(index);
  const dims = [layer.filters, layer.input.channels / layer.groups, layer.size, layer.size];
  const expected = dims.reduce((product, extent) => product * extent, 1);
  if (found?.weights.length !== expected || found.bias.length !== layer.filters) {
    const came = found === undefined ? 'none' : `${found.weights.length} and ${found.bias.length}`;
    throw new DeepThingsError(
      'DT_ENGINE_WEIGHTS',
      `${graph.name}: layer ${index} needs ${expected} weights and ${layer.filters} biases, and has ${came}`,
    );
  }
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

/**
 * Darknet's pooling pads floor(total / 2) before and as much after as its last window needs: ONNX rounds down, and so
 * must be given exactly that. Order: top, left, bottom, right.
 */
function poolingPads(layer: MaxPoolLayer): readonly number[] {
  const before = Math.floor(layer.totalPadding / 2);
  const after = (input: number, output: number) =>
    Math.max(0, (output - 1) * layer.stride + layer.size - before - input);
  return [before, before, after(layer.input.height, layer.output.height), after(layer.input.width, layer.output.width)];
}

/**
 * Darknet's reorg. It is no space-to-depth of the `[c, h, w]` map: with d = c / s², Darknet reads the same numbers as a
 * map `[d, h * s, w * s]`, takes that one's s x s blocks apart into `[s * s * d, h, w]`, and calls the result
 * `[c * s², h / s, w / s]`. So out[(oy * s + ox) * d + k][y][x] = in[k][y * s + oy][x * s + ox], on those shapes.
 */
function addReorg(layer: ReorgLayer, index: number, parts: GraphParts): void {
  const { stride, input, output } = layer;
  const depth = input.channels / (stride * stride);
  const [shapeBefore, shapeAfter] = [`reorg ${index} blocks`, `reorg ${index} shape`];
  const [blocks, planes] = [`map ${index} in blocks`, `map ${index} by planes`];
  const shape = (name: string, dims: readonly number[]): OnnxTensor => ({
    name,
    dims: [dims.length],
    data: BigInt64Array.from(dims, BigInt),
  });
  parts.initializers.push(
    shape(shapeBefore, [depth, input.height, stride, input.width, stride]),
    shape(shapeAfter, [1, output.channels, output.height, output.width]),
  );
  parts.nodes.push(
    { operator: 'Reshape', inputs: [mapName(index), shapeBefore], output: blocks },
    // [k, y, oy, x, ox] to [oy, ox, k, y, x].
    { operator: 'Transpose', inputs: [blocks], output: planes, attributes: { perm: { integers: [2, 4, 0, 1, 3] } } },
    { operator: 'Reshape', inputs: [planes, shapeAfter], output: mapName(index + 1) },
  );
}

function window({ size, stride }: { readonly size: number; readonly stride: number }) {
  return { kernel_shape: { integers: [size, size] }, strides: { integers: [stride, stride] } };
}

function mapName(layer: number): string {
  return `map ${layer}`;
}

function unsupported(graph: EngineGraph, index: number, what: string): DeepThingsError {
  return new DeepThingsError('DT_ENGINE_LAYER', `${graph.name}: layer ${index} is ${what}`);
}
