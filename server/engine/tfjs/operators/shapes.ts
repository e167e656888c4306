import type { Tensor } from '@tensorflow/tfjs-core';
import { elementCount, type GraphNode, integerOf, integersOf } from '../../../graph/graph.js';
import { placeOf } from '../layout.js';
import type { LoadContext, LoadOperation } from '../operation.js';
import { integersAt } from './constant-inputs.js';

/** An operation that gives elements another shape, in the order that they have in the graph. */
const reshaping =
  (
    shapeOf: (node: GraphNode, context: LoadContext) => (shape: readonly number[]) => readonly number[],
  ): LoadOperation =>
  (node, context) => {
    const rule = shapeOf(node, context);
    const { tfjs } = context;
    return {
      reads: [{ name: node.inputs[0]!, layout: 'graph' }],
      layout: 'graph',
      run: ([x]) => [tfjs.reshape(x!, [...rule(x!.shape)])],
    };
  };

export const SHAPES = {
  Flatten: reshaping((node) => (shape) => {
    const axis = placeOf(integerOf(node, 'axis', 1), shape.length, 'graph');
    return [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis))];
  }),
  Reshape: reshaping((node, context) => {
    const wanted = integersAt(node, context, 1)!;
    const keepsZero = integerOf(node, 'allowzero', 0) === 1;
    return (shape) => wanted.map((size, axis) => (size === 0 && !keepsZero ? shape[axis]! : size));
  }),
  Squeeze: reshaping((node, context) => {
    const axes = integersAt(node, context, 1);
    return (shape) => {
      const places = axes?.map((axis) => placeOf(axis, shape.length, 'graph'));
      return shape.filter((size, axis) => (places === undefined ? size !== 1 : !places.includes(axis)));
    };
  }),
  Unsqueeze: reshaping((node, context) => {
    const axes = integersAt(node, context, 1)!;
    return (shape) => {
      const rank = shape.length + axes.length;
      const places = axes.map((axis) => placeOf(axis, rank, 'graph'));
      const rest = [...shape];
      return Array.from({ length: rank }, (_, axis) => (places.includes(axis) ? 1 : rest.shift()!));
    };
  }),
  Transpose: (node, context) => {
    const { tfjs } = context;
    const name = node.inputs[0]!;
    const rank = context.rankOf(name);
    const order = integersOf(
      node,
      'perm',
      Array.from({ length: rank }, (_, axis) => rank - 1 - axis),
    );
    // From channels last to where the graph wants each axis, in one step.
    const layout = context.layoutOf(name);
    const places = order.map((axis) => placeOf(axis, rank, layout));
    return { reads: [{ name, layout }], layout: 'graph', run: ([x]) => [transposed(x!)] };

    function transposed(x: Tensor): Tensor {
      return places.every((place, axis) => place === axis) ? tfjs.clone(x) : tfjs.transpose(x, places);
    }
  },
} as const satisfies Record<string, LoadOperation>;
