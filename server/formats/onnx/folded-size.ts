import { elementCount, type Graph } from '../../graph/graph.js';
import type { OnnxGraph, OnnxNode } from './file/onnx-model.js';
import { limitError } from './file/read-limits.js';

/** Operators whose output is known before a run when inputs have fixed dimensions. */
const SOURCES: ReadonlySet<string> = new Set(['Constant', 'Shape', 'Size']);

/** Operators that put out no more elements than their first input has. */
const SAME_SIZE: ReadonlySet<string> = new Set(
  'Cast Identity Neg Reshape Slice Squeeze Transpose Unsqueeze'.split(' '),
);

/**
 * Elements of all that is computed from constants, beside four times the weights': anchor grids and the like, or the 26 million numbers
 * of a ResNet-50 in a file that has only their shapes.
 */
const MOST_ELEMENTS = 2 ** 25;

/** Of the largest type of a shape or a weight. */
const ELEMENT_BYTES = 8;

/** An engine's description of a value; a dimension that it cannot tell is a text. */
interface DescribedValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

/** What an engine computes when it loads a model: weights in another type, shapes, anchor grids. */
export interface FoldedValues {
  /** Values that may be larger than what the file has; none when all of them together are not. */
  readonly asked: readonly string[];
  /** Elements that all of them may have. */
  readonly most: number;
}

/**
 * Finds the values that an engine computes when it loads a model.
 *
 * @param told names of inputs that are constants.
 */
export function foldedValues({ nodes, initializers }: OnnxGraph, told: readonly string[]): FoldedValues {
  /** Elements at most. */
  const sizes = new Map<string, number>(told.map((name) => [name, 0]));
  sizes.set('', 0);
  for (const [name, { dims }] of initializers) sizes.set(name, elementCount(dims));
  const folded: OnnxNode[] = [];
  let total = 0;
  for (const node of nodes) {
    if (!SOURCES.has(node.operator) && !node.inputs.every((name) => sizes.has(name))) continue;
    const size = sizeOf(node, sizes);
    for (const name of node.outputs) sizes.set(name, size);
    if (node.operator === 'Constant') continue;
    folded.push(node);
    total += size;
  }
  const constants = nodes.flatMap((node) => (node.operator === 'Constant' ? [sizeOf(node, sizes)] : []));
  const weights = [...initializers.values()].map(({ dims }) => elementCount(dims));
  const most = MOST_ELEMENTS + 4 * [...weights, ...constants].reduce((sum, size) => sum + size, 0);
  return { asked: total <= most ? [] : folded.flatMap(({ outputs }) => outputs.filter(Boolean)), most };
}

function sizeOf({ attributes, inputs, operator }: OnnxNode, sizes: ReadonlyMap<string, number>): number {
  if (operator === 'Shape' || operator === 'Size') return 1;
  if (operator !== 'Constant') return SAME_SIZE.has(operator) ? sizes.get(inputs[0] ?? '')! : Number.POSITIVE_INFINITY;
  const { value } = attributes;
  return value !== undefined && 'tensor' in value ? elementCount(value.tensor.dims) : 1;
}

/**
 * Checks what an engine says of `foldedValues` before it computes them: a file of a few bytes can ask for any amount of memory.
 *
 * @returns the bytes that a value may have if the engine is to compute it: where it cannot tell sizes before, all of these
 * together stay within the limit.
 * @throws DT_ONNX_LIMIT
 */
export function checkFoldedSize({ most }: FoldedValues, described: readonly DescribedValue[]): number {
  let [total, unknown] = [0, 0];
  for (const { name, shape } of described) {
    if (shape.every((size) => typeof size === 'number')) total += elementCount(shape);
    else unknown++;
    if (total > most) {
      throw limitError(
        `the constant ${JSON.stringify(name)} would be [${shape.join(', ')}], with others over ${most} elements`,
      );
    }
  }
  return Math.ceil((ELEMENT_BYTES * most) / Math.max(1, unknown));
}

/**
 * Checks what an engine left to be computed from constants in each run: it could not tell its size before.
 *
 * @throws DT_ONNX_LIMIT
 */
export function checkUnfolded(folded: FoldedValues, { constants, nodes, values }: Graph): void {
  const constant = new Set(['', ...constants.keys()]);
  const left: DescribedValue[] = [];
  for (const { inputs, outputs } of nodes) {
    if (!inputs.every((name) => constant.has(name))) continue;
    for (const name of outputs) {
      constant.add(name);
      if (name !== '') left.push({ name, shape: values.get(name)!.shape });
    }
  }
  checkFoldedSize(folded, left);
}
