import type { GraphNode } from '../../../graph/graph.js';
import { integersIn } from '../../../graph/integers.js';
import type { LoadContext } from '../operation.js';

/** The integers of an input that is a constant; undefined when it is left out. */
export function integersAt({ inputs }: GraphNode, { constant }: LoadContext, index: number) {
  const found = constant(inputs[index]);
  return found && integersIn(found);
}
