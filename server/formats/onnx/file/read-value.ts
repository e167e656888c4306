import { damaged, Message } from './message.js';
import type { OnnxValue } from './onnx-model.js';
import { limitError, MOST_DIMENSIONS, type ReadBudget } from './read-limits.js';

type TensorType = Pick<OnnxValue, 'dataType' | 'dims'>;

/**
 * Reads a ValueInfoProto.
 *
 * @throws DT_ONNX_FILE for one without a name; DT_ONNX_LIMIT.
 */
export function readValue(bytes: Uint8Array, budget: ReadBudget): OnnxValue {
  budget.take('values');
  const message = new Message(bytes, 'a value');
  let name = '';
  let type: TensorType = { dataType: 0, dims: null };
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 1) name = message.text();
    else if (field === 2) type = readType(message.bytes(), `the type of value ${JSON.stringify(name)}`);
  }
  if (name === '') throw damaged('a value', 'it has no name');
  return { name, ...type };
}

/** TypeProto, of which only tensors are of interest. */
function readType(bytes: Uint8Array, what: string): TensorType {
  const message = new Message(bytes, what);
  let type: TensorType = { dataType: 0, dims: null };
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 1) type = readTensorType(message.bytes(), what);
  }
  return type;
}

function readTensorType(bytes: Uint8Array, what: string): TensorType {
  const message = new Message(bytes, what);
  let dataType = 0;
  let dims: OnnxValue['dims'] = null;
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 1) dataType = message.integer();
    else if (field === 2) dims = readShape(message.bytes(), what);
  }
  return { dataType, dims };
}

function readShape(bytes: Uint8Array, what: string): readonly (number | string)[] {
  const message = new Message(bytes, what);
  const dims: (number | string)[] = [];
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field !== 1) continue;
    if (dims.push(readDimension(message.bytes(), what)) > MOST_DIMENSIONS) {
      throw limitError(`${what} has more than ${MOST_DIMENSIONS} dimensions`);
    }
  }
  return dims;
}

/** A number of at least 1, or a name; some programs write 0 or -1 for a dimension that may differ from run to run. */
function readDimension(bytes: Uint8Array, what: string): number | string {
  const message = new Message(bytes, what);
  let dim: number | string = '';
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 1) dim = message.integer();
    else if (field === 2) dim = message.text();
  }
  return typeof dim === 'number' && dim < 1 ? '' : dim;
}
