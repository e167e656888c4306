import type { Tensor as TfjsTensor } from '@tensorflow/tfjs-core';
import type { ElementType, Graph, GraphConstant, TensorShape } from '../../graph/graph.js';
import { type FusedNode, fuseActivations } from './fuse-activations.js';
import { changeLayout } from './layout.js';
import type { Layout, LoadContext, Operand } from './operation.js';
import { OPERATIONS } from './operators/operations.js';
import { constantTensor } from './tensors.js';
import type { Tfjs } from './tfjs-backend.js';
import type { TfjsOperator } from './tfjs-lacks.js';

/** A place for a tensor while a program runs: a value in one order of its axes. */
type Slot = number;

interface Step {
  readonly reads: readonly Slot[];
  /** null for an output without a name. */
  readonly writes: readonly (Slot | null)[];
  /** Slots that no later step reads. */
  readonly spent: readonly Slot[];
  run(tensors: readonly TfjsTensor[]): readonly TfjsTensor[];
}

/** An input or output of the graph. */
interface Port {
  readonly name: string;
  readonly slot: Slot;
  readonly type: ElementType;
}

/** The steps that compute a graph. The order of axes is decided for each value, and changed where a reader needs another. */
export interface TfjsProgram {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly steps: readonly Step[];
  /** Tensors that are there before the first step. */
  readonly constants: ReadonlyMap<Slot, TfjsTensor>;
  /** All tensors that live between runs: constants, filters and biases. */
  readonly kept: readonly TfjsTensor[];
}

/** @param graph one in which `tfjsLacks` finds nothing. */
export function compileProgram(tfjs: Tfjs, graph: Graph): TfjsProgram {
  const builder = new ProgramBuilder(tfjs, graph);
  try {
    return builder.build();
  } catch (error) {
    tfjs.dispose([...builder.kept.values()]);
    throw error;
  }
}

const NO_GRAPH: Graph = { name: '', inputs: [], outputs: [], nodes: [], values: new Map(), constants: new Map() };

class ProgramBuilder implements LoadContext {
  readonly tfjs: Tfjs;
  readonly kept = new Map<string, TfjsTensor>();
  #graph: Graph;
  readonly #slots = new Map<string, Slot>();
  readonly #constants = new Map<Slot, TfjsTensor>();
  readonly #steps: Omit<Step, 'spent'>[] = [];

  constructor(tfjs: Tfjs, graph: Graph) {
    this.tfjs = tfjs;
    this.#graph = graph;
  }

  readonly rankOf = (name: string) => this.#shapeOf(name).shape.length;

  readonly typeOf = (name: string) => this.#shapeOf(name).type;

  readonly layoutOf = (name: string): Layout =>
    this.#slots.has(slotKey({ name, layout: 'channelsLast' })) && !this.#graph.constants.has(name)
      ? 'channelsLast'
      : 'graph';

  readonly constant = (name: string | undefined): GraphConstant | undefined => this.#graph.constants.get(name ?? '');

  readonly keep = <T extends TfjsTensor>(key: string, make: () => T): T => {
    const tensor = this.kept.get(key) ?? make();
    this.kept.set(key, tensor);
    return tensor as T;
  };

  build(): TfjsProgram {
    const { inputs: names, outputs: results } = this.#graph;
    const portOf = (name: string, slot: Slot): Port => ({ name, slot, type: this.typeOf(name) });
    const inputs = names.map((name) => portOf(name, this.#slot({ name, layout: 'graph' })));
    for (const fused of fuseActivations(this.#graph)) this.#add(fused);
    const outputs = results.map((name) => portOf(name, this.#slotOf({ name, layout: 'graph' })));
    const keptSlots = new Set([...outputs.map(({ slot }) => slot), ...this.#constants.keys()]);
    const constants = this.#constants;
    // Operations may hold the builder: the weights' own copy, of hundreds of megabytes, has to go.
    this.#graph = NO_GRAPH;
    return { inputs, outputs, steps: withSpent(this.#steps, keptSlots), constants, kept: [...this.kept.values()] };
  }

  #add({ activation, node }: FusedNode): void {
    const { layout, reads: operands, run } = OPERATIONS[node.operator as TfjsOperator](node, this, activation);
    const reads = operands.map((operand) => this.#slotOf(operand));
    const writes = node.outputs.map((name) => (name === '' ? null : this.#slot({ name, layout })));
    this.#steps.push({ reads, writes, run });
  }

  /** The slot of a value in an order of its axes; a step that changes the order is added where it is computed in the other. */
  #slotOf(operand: Operand): Slot {
    const { layout, name } = operand;
    const found = this.#slots.get(slotKey(operand));
    if (found !== undefined) return found;
    const { tfjs } = this;
    const constant = this.constant(name);
    const slot = this.#slot(operand);
    if (constant === undefined) {
      const other = this.#slots.get(slotKey({ name, layout: layout === 'graph' ? 'channelsLast' : 'graph' }))!;
      this.#steps.push({ reads: [other], writes: [slot], run: ([x]) => [changeLayout(tfjs, x!, layout)] });
      return slot;
    }
    const tensor = this.keep(slotKey(operand), () =>
      tfjs.tidy(() => {
        const given = constantTensor(tfjs, constant);
        return layout === 'graph' ? given : changeLayout(tfjs, given, layout);
      }),
    );
    this.#constants.set(slot, tensor);
    return slot;
  }

  #slot(operand: Operand): Slot {
    const slot = this.#slots.size;
    this.#slots.set(slotKey(operand), slot);
    return slot;
  }

  #shapeOf(name: string): TensorShape {
    return this.#graph.constants.get(name) ?? this.#graph.values.get(name)!;
  }
}

function slotKey({ layout, name }: Operand): string {
  return `${layout} ${name}`;
}

function withSpent(steps: readonly Omit<Step, 'spent'>[], kept: ReadonlySet<Slot>): readonly Step[] {
  const lastUse = new Map<Slot, number>();
  for (const [index, { reads, writes }] of steps.entries()) {
    for (const slot of [...reads, ...writes]) if (slot !== null && !kept.has(slot)) lastUse.set(slot, index);
  }
  const spent: Slot[][] = steps.map(() => []);
  for (const [slot, index] of lastUse) spent[index]!.push(slot);
  return steps.map((step, index) => ({ ...step, spent: spent[index]! }));
}
