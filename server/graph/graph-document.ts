import { type ElementType, elementCount, type Graph, type GraphConstant, type GraphNode } from './graph.js';
import { floatsIn, integersIn } from './integers.js';

/** A graph's structure as JSON: all that planning looks at. Weights are left out. */
export interface GraphDocument {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly GraphNode[];
  /** Shapes by name. */
  readonly values: Readonly<Record<string, ShapeDocument>>;
  readonly constants: Readonly<Record<string, ConstantDocument>>;
}

interface ShapeDocument {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

interface ConstantDocument extends ShapeDocument {
  /** Of a constant of a few elements, such as the scales of a Resize. */
  readonly numbers?: readonly number[];
}

/** Constants of more elements are weights, which no plan depends on. */
const FEW = 64;

export function graphDocument({ constants, inputs, name, nodes, outputs, values }: Graph): GraphDocument {
  const shapes = [...values].map(([value, { shape, type }]) => [value, { type, shape }] as const);
  const numbered = [...constants].map(([constant, one]) => [constant, constantDocument(one)] as const);
  return {
    ...{ name, inputs, outputs, nodes },
    values: Object.fromEntries(shapes),
    constants: Object.fromEntries(numbered),
  };
}

function constantDocument(constant: GraphConstant): ConstantDocument {
  const { bytes, shape, type } = constant;
  if (elementCount(shape) > FEW || bytes.length === 0) return { type, shape };
  const numbers = numbersIn(constant);
  // JSON has no infinities; no plan depends on these.
  return numbers.every(Number.isFinite) ? { type, shape, numbers } : { type, shape };
}

function numbersIn(constant: GraphConstant): readonly number[] {
  switch (constant.type) {
    case 'float32':
      return floatsIn(constant);
    case 'int64':
    case 'int32':
      return integersIn(constant);
    case 'uint8':
    case 'bool':
      return [...constant.bytes];
  }
}

/** The inverse of `graphDocument`, for planning. */
export function graphOfDocument({ constants, values, ...rest }: GraphDocument): Graph {
  return {
    ...rest,
    values: new Map(Object.entries(values)),
    constants: new Map(
      Object.entries(constants).map(([name, { numbers = [], shape, type }]) => [
        name,
        { type, shape, bytes: bytesOf(type, numbers) },
      ]),
    ),
  };
}

function bytesOf(type: ElementType, numbers: readonly number[]): Uint8Array {
  switch (type) {
    case 'float32':
      return new Uint8Array(Float32Array.from(numbers).buffer);
    case 'int64':
      return new Uint8Array(BigInt64Array.from(numbers, BigInt).buffer);
    case 'int32':
      return new Uint8Array(Int32Array.from(numbers).buffer);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(numbers);
  }
}
