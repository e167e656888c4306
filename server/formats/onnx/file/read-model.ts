import { DeepThingsError } from '../../../errors.js';
import { damaged, Message } from './message.js';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './onnx-model.js';
import { LIMITS, limitError, ReadBudget } from './read-limits.js';
import { readNode } from './read-node.js';
import { readEntry, readTensor } from './read-tensor.js';
import { readValue } from './read-value.js';
import { checkNames, inTopologicalOrder } from './structure.js';

/** The operator sets before are not defined for onnxruntime. */
const OLDEST_OPSET = 7;

/**
 * Reads a ModelProto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). Elements of tensors are views of `bytes`.
 *
 * @throws DT_ONNX_FILE when it is no valid file; DT_ONNX_LIMIT when it is too large; DT_ONNX_OPERATOR for what cannot be run.
 */
export function readModel(bytes: Uint8Array): OnnxModel {
  if (bytes.byteLength > LIMITS.fileBytes) throw limitError(`the file has ${bytes.byteLength} bytes`);
  const budget = new ReadBudget();
  // Views of a Buffer would be Buffers, whose `slice` does not copy.
  const message = new Message(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), 'the file');
  let irVersion = 0;
  let graph: Uint8Array | undefined;
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 1) irVersion = message.integer();
    else if (field === 7) {
      if (graph !== undefined) throw damaged('the file', 'it has two graphs');
      graph = message.bytes();
    } else if (field === 8) {
      budget.take('opsets');
      const [domain, version] = readOpset(message.bytes());
      opsets.set(domain, version);
    } else if (field === 14) {
      budget.take('metadata');
      const entry = message.bytes();
      budget.take('metadataBytes', entry.byteLength);
      metadata.set(...readEntry(entry, 'the metadata', LIMITS.metadataBytes));
    } else if (field === 25) throw hasFunctions();
  }
  if (graph === undefined) throw damaged('the file', 'it has no graph');
  checkOpset(opsets.get(''));
  return { irVersion, opsets, metadata, graph: readGraph(graph, budget) };
}

function hasFunctions(): DeepThingsError {
  return new DeepThingsError(
    'DT_ONNX_OPERATOR',
    'the file defines functions of its own, which are not supported; inline them (onnx.inliner.inline_local_functions) and save it again',
  );
}

function readOpset(bytes: Uint8Array): readonly [domain: string, version: number] {
  const message = new Message(bytes, 'an operator set');
  let [domain, version] = ['', 0];
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 1) domain = message.text();
    else if (field === 2) version = message.integer();
  }
  return [domain === 'ai.onnx' ? '' : domain, version];
}

function checkOpset(version: number | undefined): void {
  if (version !== undefined && version >= OLDEST_OPSET) return;
  const found = version === undefined ? 'names no operator set of ONNX' : `is written for ONNX operator set ${version}`;
  throw new DeepThingsError(
    'DT_ONNX_FILE',
    `the file ${found}, where at least ${OLDEST_OPSET} is needed; export the model again, for operator set 17`,
  );
}

function readGraph(bytes: Uint8Array, budget: ReadBudget): OnnxGraph {
  const message = new Message(bytes, 'the graph');
  let name = '';
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const [inputs, outputs, values]: [OnnxValue[], OnnxValue[], OnnxValue[]] = [[], [], []];
  const isSame: Readonly<Record<number, OnnxValue[]>> = { 11: inputs, 12: outputs, 13: values };
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 1) nodes.push(readNode(message.bytes(), nodes.length, budget));
    else if (field === 2) name = message.text();
    else if (field === 5) {
      const tensor = readTensor(message.bytes(), `initializer ${initializers.size}`, budget);
      if (tensor.name === '' || initializers.has(tensor.name)) {
        throw damaged(`initializer ${initializers.size}`, `its name ${JSON.stringify(tensor.name)} is not its own`);
      }
      initializers.set(tensor.name, tensor);
    } else if (field === 15) throw damaged('the graph', 'sparse initializers are not supported');
    else isSame[field]?.push(readValue(message.bytes(), budget));
  }
  const graph = {
    ...{ name, initializers, outputs, nodes: withUniqueNames(nodes) },
    inputs: inputs.filter((input) => !initializers.has(input.name)),
    values: new Map(values.map((value) => [value.name, value])),
  };
  checkNames(graph);
  return { ...graph, nodes: inTopologicalOrder(graph) };
}

/** Names of nodes are for messages only, and some programs give the same one to several. */
function withUniqueNames(nodes: readonly OnnxNode[]): readonly OnnxNode[] {
  const taken = new Set<string>();
  return nodes.map((node, place) => {
    let { name } = node;
    while (taken.has(name)) name = `${name} (${node.operator} ${place})`;
    taken.add(name);
    return name === node.name ? node : { ...node, name };
  });
}
