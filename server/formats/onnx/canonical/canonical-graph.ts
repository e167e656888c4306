import type { Graph, TensorShape } from '../../../graph/graph.js';
import { withMergedPads } from '../../../graph/merged-pads.js';
import { TYPE } from '../file/data-types.js';
import { damaged } from '../file/message.js';
import type { OnnxModel } from '../file/onnx-model.js';
import { elementTypeOf } from '../file/tensor-elements.js';
import { constantOfNode } from './constant-nodes.js';
import { attributeOf, type Draft, operatorError, withAttributes } from './draft.js';
import { GraphBuilder } from './graph-builder.js';
import { identity } from './older-forms.js';
import { canonicalForms } from './rewrites.js';

/** What the file does not say of a graph. */
export interface GraphFacts {
  readonly name: string;
  /** The picture first. */
  readonly inputs: ReadonlyMap<string, TensorShape>;
  /** Shapes of outputs of operators that `outputShapes` does not know. */
  readonly known: ReadonlyMap<string, TensorShape>;
}

/**
 * Builds the graph of a model: operators as in operator set 17, explicit pads, nothing that does nothing.
 *
 * @throws DT_ONNX_OPERATOR for a node that cannot be run; DT_GRAPH_SHAPE, DT_ONNX_FILE, DT_ONNX_LIMIT.
 */
export function canonicalGraph({ opsets, graph }: OnnxModel, { name, inputs, known }: GraphFacts): Graph {
  const builder = new GraphBuilder(opsets.get('')!, graph.initializers, inputs, known);
  const outputs = graph.outputs.map((output) => output.name);
  const isOutput = new Set(outputs);
  for (const node of graph.nodes) {
    const draft = builder.resolved(node);
    const [first, ...others] = draft.outputs as [string, ...string[]];
    if (draft.operator === 'Constant') builder.constant(first, constantOfNode(draft));
    else if (isPassing(draft, builder)) {
      if (others.some((output) => output !== ''))
        throw operatorError(draft, 'is in training mode; export it for inference');
      if (isOutput.has(first)) builder.push(identity(draft));
      else builder.alias(first, draft.inputs[0]!);
    } else if (draft.operator === 'Cast') builder.push(cast(draft));
    else {
      for (const form of canonicalForms(draft, builder)) {
        if (form.operator === 'Identity' && !isOutput.has(first)) builder.alias(first, form.inputs[0]!);
        else builder.push(form);
      }
    }
  }
  const result = builder.finish(name, [...inputs.keys()], outputs);
  const unmade = outputs.find((output) => !result.nodes.some((node) => node.outputs.includes(output)));
  if (unmade !== undefined) throw damaged(`output ${JSON.stringify(unmade)}`, 'it does not depend on the picture');
  return withMergedPads(result);
}

/** Whether a node hands its input on as it is. */
function isPassing(draft: Draft, builder: GraphBuilder): boolean {
  if (draft.operator === 'Cast') return builder.shapeOf(draft.inputs[0]!).type === targetOf(draft);
  return draft.operator === 'Identity' || draft.operator === 'Dropout';
}

function targetOf(draft: Draft) {
  return elementTypeOf(attributeOf(draft, 'to', 'integer') ?? 0, `what ${draft.operator} "${draft.name}" puts out`);
}

/** Halves and doubles are 32-bit floats here. */
function cast(draft: Draft): Draft {
  const to = targetOf(draft) === 'float32' ? { to: { integer: TYPE.float } } : {};
  return withAttributes(draft, { ...to, saturate: undefined });
}
