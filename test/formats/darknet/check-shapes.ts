import { expect } from 'vitest';
import type { Graph } from '../../../server/graph/graph.js';
import { hasShapeRule, outputShapes } from '../../../server/graph/shapes.js';

/** The shapes that the operators' rules give must be those that the layers' rules gave. */
export function checkShapes({ constants, nodes, values }: Graph): void {
  for (const node of nodes) {
    expect(hasShapeRule(node.operator)).toBe(true);
    const inputs = node.inputs.map((name) => {
      const constant = constants.get(name);
      return values.get(name) ?? (constant === undefined ? null : { ...constant, constant });
    });
    expect({ node: node.name, shapes: outputShapes(node, inputs) }).toEqual({
      node: node.name,
      shapes: node.outputs.map((name) => values.get(name)),
    });
  }
}
