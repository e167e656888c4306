import type { Attribute, Graph, GraphConstant, GraphNode, TensorShape } from '../../../graph/graph.js';
import { elementCount, integerOf } from '../../../graph/graph.js';
import { hasShapeRule, outputShapes } from '../../../graph/shapes.js';
import { damaged } from '../file/message.js';
import type { OnnxTensor } from '../file/onnx-model.js';
import { limitError, MOST_ELEMENTS } from '../file/read-limits.js';
import { elementTypeOf, toConstant } from '../file/tensor-elements.js';
import { type Draft, operatorError, type Surroundings } from './draft.js';

/** Nodes of all forms together, after rewriting. */
const MOST_VALUES = 100_000;

/** A graph that grows node by node, in topological order. */
export class GraphBuilder implements Surroundings {
  readonly opset: number;
  readonly #initializers: ReadonlyMap<string, OnnxTensor>;
  /** Shapes of outputs of operators that `outputShapes` does not know. */
  readonly #known: ReadonlyMap<string, TensorShape>;
  readonly #constants = new Map<string, GraphConstant>();
  readonly #values = new Map<string, TensorShape>();
  readonly #nodes: GraphNode[] = [];
  /** Outputs of nodes that are gone, with what stands for them. */
  readonly #aliases = new Map<string, string>();

  constructor(
    opset: number,
    initializers: ReadonlyMap<string, OnnxTensor>,
    inputs: ReadonlyMap<string, TensorShape>,
    known: ReadonlyMap<string, TensorShape>,
  ) {
    this.opset = opset;
    this.#initializers = initializers;
    this.#known = known;
    for (const [name, shape] of inputs) this.#values.set(name, shape);
  }

  shapeOf(name: string): TensorShape {
    const shape = this.constantOf(name) ?? this.#values.get(name);
    if (shape === undefined) throw new TypeError(`${name} has no shape yet`);
    return shape;
  }

  constantOf(name: string): GraphConstant | undefined {
    const constant = this.#constants.get(name);
    const tensor = this.#initializers.get(name);
    if (constant !== undefined || tensor === undefined) return constant;
    const converted = toConstant(tensor);
    this.#constants.set(name, converted);
    return converted;
  }

  add(hint: string, constant: GraphConstant): string {
    let name = hint;
    for (let i = 2; this.#isTaken(name); i++) name = `${hint} ${i}`;
    this.#constants.set(name, constant);
    return name;
  }

  /** Takes the constant that a node is. @throws DT_ONNX_FILE */
  constant(name: string, constant: GraphConstant): void {
    if (this.#isTaken(name)) throw damaged(`constant ${JSON.stringify(name)}`, 'its name exists already');
    this.#constants.set(name, constant);
  }

  /** Lets `name` stand for `source` from here on. */
  alias(name: string, source: string): void {
    this.#aliases.set(name, source);
  }

  resolved(draft: Draft): Draft {
    return { ...draft, inputs: draft.inputs.map((name) => this.#aliases.get(name) ?? name) };
  }

  /** Takes a node in its canonical form. @throws DT_GRAPH_SHAPE, DT_ONNX_OPERATOR, DT_ONNX_LIMIT, DT_ONNX_FILE */
  push(draft: Draft): void {
    const node = toNode(draft);
    const shapes = this.#shapesOf(draft, node);
    for (const [i, name] of node.outputs.entries()) {
      if (name === '') continue;
      const shape = shapes[i];
      if (shape === undefined) throw operatorError(draft, `has ${node.outputs.length} outputs of ${shapes.length}`);
      if (this.#isTaken(name)) throw damaged(`output ${JSON.stringify(name)}`, 'two nodes write it');
      if (elementCount(shape.shape) > MOST_ELEMENTS) {
        throw limitError(`${node.operator} ${JSON.stringify(node.name)} puts out [${shape.shape.join(', ')}]`);
      }
      this.#values.set(name, shape);
    }
    if (this.#values.size > MOST_VALUES) throw limitError(`the graph has more than ${MOST_VALUES} values`);
    this.#nodes.push(node);
  }

  /** The graph without nodes and constants that no output needs. */
  finish(name: string, inputs: readonly string[], outputs: readonly string[]): Graph {
    const needed = new Set(outputs);
    const nodes = this.#nodes
      .toReversed()
      .filter((node) => {
        if (!node.outputs.some((output) => needed.has(output))) return false;
        for (const input of node.inputs) needed.add(input);
        return true;
      })
      .toReversed();
    const written = new Set([...inputs, ...nodes.flatMap((node) => node.outputs)]);
    return {
      ...{ name, inputs, outputs, nodes },
      values: new Map([...this.#values].filter(([value]) => written.has(value))),
      constants: new Map([...this.#constants].filter(([constant]) => needed.has(constant))),
    };
  }

  #isTaken(name: string): boolean {
    return this.#values.has(name) || this.#constants.has(name) || this.#initializers.has(name);
  }

  #shapesOf(draft: Draft, node: GraphNode): readonly TensorShape[] {
    const inputs = node.inputs.map((input) => {
      if (input === '') return null;
      const constant = this.constantOf(input);
      return constant === undefined ? this.shapeOf(input) : { ...constant, constant };
    });
    if (!hasShapeRule(node.operator)) return node.outputs.map((output) => this.#knownShape(draft, output));
    const shapes = outputShapes(node, inputs);
    if (node.operator !== 'Cast') return shapes;
    return [{ ...shapes[0]!, type: elementTypeOf(integerOf(node, 'to', 0), `the output of ${node.name}`) }];
  }

  #knownShape(draft: Draft, output: string): TensorShape {
    const known = this.#known.get(output);
    if (known !== undefined) return known;
    if (output === '') return { type: 'float32', shape: [] };
    throw operatorError(draft, 'puts out what depends on the picture in size; export the model without this node');
  }
}

function toNode(draft: Draft): GraphNode {
  const { name, operator, outputs } = draft;
  const last = draft.inputs.findLastIndex((input) => input !== '');
  const attributes = Object.entries(draft.attributes).map(([key, attribute]): [string, Attribute] => {
    if ('tensor' in attribute || 'texts' in attribute || 'unsupported' in attribute) {
      const kind = 'unsupported' in attribute ? attribute.unsupported : Object.keys(attribute)[0];
      throw operatorError(draft, `has ${kind} as ${key}, which is not supported; export the model without this node`);
    }
    return [key, attribute];
  });
  return {
    name,
    operator,
    attributes: Object.fromEntries(attributes),
    inputs: draft.inputs.slice(0, last + 1),
    outputs,
  };
}
