import type { MapShape } from '../../geometry/region.js';
import type { Attribute, GraphConstant, GraphNode, TensorShape } from '../../graph/graph.js';
import { ACTIVATION_STEPS } from './activations.js';
import type { Activation, Layer } from './layers.js';

/** An operator and how it is done. */
interface Operation {
  readonly operator: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** The graph so far. */
export interface GraphParts {
  readonly nodes: GraphNode[];
  readonly values: Map<string, TensorShape>;
  readonly constants: Map<string, GraphConstant>;
}

/** A layer and its place. */
export interface Place {
  readonly index: number;
  readonly layer: Layer;
  readonly parts: GraphParts;
}

/** The name of the value that is the input of a layer. */
export function mapName(layer: number): string {
  return `map ${layer}`;
}

export function mapOf({ channels, height, width }: MapShape): TensorShape {
  return { type: 'float32', shape: [1, channels, height, width] };
}

/**
 * Adds a node of the layer.
 *
 * @param what the node's name within its layer.
 * @param output a map of the layer's output, unless `shape` says otherwise.
 */
export function addNode(
  { index, layer, parts }: Place,
  what: string,
  { attributes = {}, operator }: Operation,
  inputs: readonly string[],
  output: string,
  shape = mapOf(layer.output),
): void {
  parts.nodes.push({ name: `layer ${index} ${what}`, operator, attributes, inputs, outputs: [output] });
  parts.values.set(output, shape);
}

/** Adds an operation and the activation of what it puts out. */
export function addActivated(
  place: Place,
  activation: Activation,
  what: string,
  operation: Operation,
  inputs: readonly string[],
): void {
  const output = mapName(place.index + 1);
  const sum = activation === 'linear' ? output : `${output} before activation`;
  addNode(place, what, operation, inputs, sum);
  if (activation !== 'linear') addActivation(place, activation, sum);
}

/** Adds the steps from `sum` to the layer's output. */
export function addActivation(place: Place, activation: Activation, sum: string): void {
  const steps = ACTIVATION_STEPS[activation];
  const output = mapName(place.index + 1);
  if (steps.length === 0) addNode(place, activation, { operator: 'Identity' }, [sum], output);
  const results = [sum];
  for (const [number, step] of steps.entries()) {
    const isLast = number === steps.length - 1;
    const what = isLast ? activation : `${activation} ${step.operator.toLowerCase()}`;
    const result = isLast ? output : `${output} ${what}`;
    const inputs = step.reads.map((read) =>
      typeof read === 'number' ? results[read]! : addNumber(place, read.constant),
    );
    addNode(place, what, step, inputs, result);
    results.push(result);
  }
}

/** A number that is the same for all cells and channels. */
export function addNumber({ index, parts }: Place, number: number): string {
  const name = `layer ${index} number ${number}`;
  parts.constants.set(name, floats([number], []));
  return name;
}

/** Integers that decide a shape, as a constant of the layer. */
export function addIntegers({ index, parts }: Place, what: string, numbers: readonly number[]): string {
  const name = `layer ${index} ${what}`;
  parts.constants.set(name, integers(numbers));
  return name;
}

/** A constant of the layer. */
export function addFloats({ index, parts }: Place, what: string, numbers: readonly number[]): string {
  const name = `layer ${index} ${what}`;
  parts.constants.set(name, floats(numbers, [numbers.length]));
  return name;
}

function floats(numbers: readonly number[], shape: readonly number[]): GraphConstant {
  return { type: 'float32', shape, bytes: new Uint8Array(Float32Array.from(numbers).buffer) };
}

function integers(numbers: readonly number[]): GraphConstant {
  const { buffer } = BigInt64Array.from(numbers, BigInt);
  return { type: 'int64', shape: [numbers.length], bytes: new Uint8Array(buffer) };
}
