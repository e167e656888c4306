import { elementCount } from '../../graph/graph.js';
import type { OnnxGraph, OnnxNode } from './file/onnx-model.js';
import { limitError } from './file/read-limits.js';

/** Operators whose output is known before a run when inputs have fixed dimensions. */
const SOURCES: ReadonlySet<string> = new Set(['Constant', 'Shape', 'Size']);

/** Operators that put out no more than they read. */
const SAME_SIZE: ReadonlySet<string> = new Set(
  'Cast Constant Identity Neg Reshape Shape Size Slice Squeeze Transpose Unsqueeze'.split(' '),
);

/** Elements of all that is computed from constants, beside four times the weights': anchor grids and the like. */
const MOST_ELEMENTS = 2 ** 24;

/**
 * Returns the values that an engine computes when it loads a model, if they may be larger than what the file has.
 *
 * @returns none when no node can make them so.
 */
export function foldedValues({ nodes, initializers }: OnnxGraph): readonly string[] {
  const constant = new Set<string>(['', ...initializers.keys()]);
  const folded: OnnxNode[] = [];
  for (const node of nodes) {
    if (!SOURCES.has(node.operator) && !node.inputs.every((name) => constant.has(name))) continue;
    for (const name of node.outputs) constant.add(name);
    folded.push(node);
  }
  if (folded.every(({ operator }) => SAME_SIZE.has(operator))) return [];
  return folded.filter(({ operator }) => operator !== 'Constant').flatMap(({ outputs }) => outputs.filter(Boolean));
}

/**
 * Checks what an engine says of `foldedValues` before it computes them: a file of a few bytes can ask for any amount of memory.
 * Of sizes that it cannot tell before, it computes itself only what is of limited size.
 *
 * @throws DT_ONNX_LIMIT
 */
export function checkFoldedSize(
  { initializers }: OnnxGraph,
  folded: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[],
): void {
  const weights = [...initializers.values()].reduce((sum, { dims }) => sum + elementCount(dims), 0);
  const most = MOST_ELEMENTS + 4 * weights;
  let total = 0;
  for (const { name, shape } of folded) {
    if (!shape.every((size) => typeof size === 'number')) continue;
    total += elementCount(shape);
    if (total > most) {
      throw limitError(
        `the constant ${JSON.stringify(name)} would be [${shape.join(', ')}], with others over ${most} elements`,
      );
    }
  }
}
