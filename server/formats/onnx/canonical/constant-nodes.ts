import type { GraphConstant } from '../../../graph/graph.js';
import { toConstant } from '../file/tensor-elements.js';
import { attributeOf, type Draft, float32Constant, int64Constant, operatorError } from './draft.js';

/**
 * Returns the value of a Constant node.
 *
 * @throws DT_ONNX_OPERATOR for text and sparse tensors.
 */
export function constantOfNode(draft: Draft): GraphConstant {
  const tensor = attributeOf(draft, 'value', 'tensor');
  if (tensor !== undefined) return toConstant(tensor);
  const float = attributeOf(draft, 'value_float', 'float');
  if (float !== undefined) return float32Constant([float], []);
  const floats = attributeOf(draft, 'value_floats', 'floats');
  if (floats !== undefined) return float32Constant(floats);
  const integer = attributeOf(draft, 'value_int', 'integer');
  if (integer !== undefined) return { ...int64Constant([integer]), shape: [] };
  const integers = attributeOf(draft, 'value_ints', 'integers');
  if (integers !== undefined) return int64Constant(integers);
  throw operatorError(draft, `has the value ${Object.keys(draft.attributes).join(', ')}; export the model in float32`);
}
