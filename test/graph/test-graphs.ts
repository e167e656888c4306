import type { Attribute, Graph, GraphConstant, GraphNode, TensorShape } from '../../server/graph/graph.js';
import type { NodeInput } from '../../server/graph/shape-rule.js';
import { outputShapes } from '../../server/graph/shapes.js';

export const integers = (numbers: readonly number[]): GraphConstant => ({
  type: 'int64',
  shape: [numbers.length],
  bytes: new Uint8Array(BigInt64Array.from(numbers, BigInt).buffer),
});

export const floats = (numbers: readonly number[], shape: readonly number[] = [numbers.length]): GraphConstant => ({
  type: 'float32',
  shape,
  bytes: new Uint8Array(Float32Array.from(numbers).buffer),
});

interface NodeSketch {
  readonly operator: string;
  readonly inputs: readonly (string | GraphConstant)[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** A graph of these nodes, whose shapes follow from its input's; the picture is called `x`. */
export function sketchGraph(
  input: readonly number[],
  sketches: readonly NodeSketch[],
  outputs: readonly string[] = sketches.at(-1)!.outputs,
): Graph {
  const values = new Map<string, TensorShape>([['x', { type: 'float32', shape: input }]]);
  const constants = new Map<string, GraphConstant>();
  const nodes = sketches.map(({ attributes = {}, operator, ...sketch }, index): GraphNode => {
    const inputs = sketch.inputs.map((one, i) => {
      if (typeof one === 'string') return one;
      constants.set(`constant ${index}/${i}`, one);
      return `constant ${index}/${i}`;
    });
    const node = { name: `${operator} ${index}`, operator, attributes, inputs, outputs: sketch.outputs };
    const shapes = outputShapes(
      node,
      inputs.map((name): NodeInput => {
        const constant = constants.get(name);
        return values.get(name) ?? (constant === undefined ? null : { ...constant, constant });
      }),
    );
    for (const [i, name] of sketch.outputs.entries()) values.set(name, shapes[i]!);
    return node;
  });
  return { name: 'sketch', inputs: ['x'], outputs, nodes, values, constants };
}

export const conv = (
  from: string,
  to: string,
  [outputs, inputs, kernel]: readonly [number, number, number],
  { stride = 1, pad = Math.floor(kernel / 2), groups = 1, dilation = 1 } = {},
): NodeSketch => ({
  operator: 'Conv',
  inputs: [
    from,
    floats(Array(outputs * (inputs / groups) * kernel * kernel).fill(0.1), [outputs, inputs / groups, kernel, kernel]),
  ],
  outputs: [to],
  attributes: {
    kernel_shape: { integers: [kernel, kernel] },
    strides: { integers: [stride, stride] },
    pads: { integers: [pad, pad, pad, pad] },
    dilations: { integers: [dilation, dilation] },
    group: { integer: groups },
  },
});

export const node = (
  operator: string,
  from: readonly (string | GraphConstant)[],
  to: string,
  attributes = {},
): NodeSketch => ({
  operator,
  inputs: from,
  outputs: [to],
  attributes,
});
