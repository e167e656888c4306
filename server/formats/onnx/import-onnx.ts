import { DeepThingsError, hasCode } from '../../errors.js';
import type { Graph, TensorShape } from '../../graph/graph.js';
import { hasShapeRule } from '../../graph/shapes.js';
import { canonicalGraph } from './canonical/canonical-graph.js';
import { elementsOf, fetchExternal, type ReadExternal, type ReadWeights, withWeights } from './file/external-data.js';
import type { OnnxModel, OnnxValue } from './file/onnx-model.js';
import { readModel } from './file/read-model.js';
import { elementTypeOf } from './file/tensor-elements.js';
import {
  type Replacements,
  WEIGHTS_FILE,
  type WrittenModel,
  writeDescription,
  writeModel,
} from './file/write-model.js';
import { type FixedInput, fixInputs, type PictureSize } from './fix-inputs.js';
import { checkFoldedSize, checkUnfolded, type FoldedValues, foldedValues } from './folded-size.js';

/** An engine's simplification of a model with fixed inputs, or only its description; see `normaliseOnnx`. */
export type Normalise = (
  model: WrittenModel & { readonly weightsFile: string },
  how: {
    /** 'disabled' computes nothing. */
    readonly level: 'basic' | 'disabled';
    /** Of a value that is computed from constants; larger ones are left to be computed in each run. */
    readonly mostFoldedBytes: number;
  },
) => Promise<{
  /** Of the simplified model; empty for a description only. */
  readonly bytes: Uint8Array;
  /** Reads the file that external data of the simplified model are parts of, until `close`. */
  readonly readWeights: ReadWeights;
  readonly close: () => Promise<void>;
  readonly outputs: readonly {
    readonly name: string;
    readonly type: string;
    readonly shape: readonly (number | string)[];
  }[];
}>;

export interface ImportOptions {
  /** Of the graph, for messages. */
  readonly name: string;
  readonly normalise: Normalise;
  /** Left out: the model is one file. */
  readonly readExternal?: ReadExternal;
  /** Of the picture, where it is not the file's. */
  readonly size?: PictureSize;
  /** Called when the file and what `readExternal` read are not needed any more, before the graph's constants take memory. */
  readonly release?: () => void;
}

export interface ImportedModel {
  readonly graph: Graph;
  /** What the program that exported the model wrote about it, such as ultralytics' `names`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Pictures are bytes from 0 to 255, whatever the head's family usually takes: the graph normalises them itself. */
  readonly takesBytes: boolean;
}

/**
 * Imports an ONNX file as a graph for one picture a run: fixed sizes, operators as in operator set 17.
 *
 * @param bytes of the file; no part of it is in the graph.
 * @throws DT_ONNX_FILE, DT_ONNX_LIMIT, DT_ONNX_EXTERNAL, DT_ONNX_INPUT, DT_ONNX_OPERATOR or DT_GRAPH_SHAPE.
 */
export async function importOnnx(bytes: Uint8Array, options: ImportOptions): Promise<ImportedModel> {
  const model = readModel(bytes);
  const { constants, isResized, nodes, picture, takesBytes } = fixInputs(model, options.size ?? {});
  const inputs = [picture];
  const shapes = new Map([[picture.name, shapeOf(picture)]]);
  const external = await fetchExternal(model, options.readExternal);
  const outputs = model.graph.outputs.map((output) => ({ ...output, dims: null }));
  const replaced = { inputs, outputs, external, nodes, constants };
  const told = constants.map(({ name }) => name);
  const folded = foldedValues(model.graph, told);
  const mostFoldedBytes = await foldingLimit({ bytes, model, folded, replaced }, options);
  const written = writeModel(bytes, model.irVersion, replaced);
  const simpler = await normalised(written, options, { level: 'basic', mostFoldedBytes });
  options.release?.();
  const read = await withClosed(simpler, () => withWeights(readModel(simpler.bytes), simpler.readWeights));
  const known = await knownShapes({ ...simpler, model: read }, { inputs, outputs }, options);
  try {
    const graph = canonicalGraph(read, { name: options.name, inputs: shapes, known });
    checkUnfolded(folded, graph);
    return { graph, metadata: model.metadata, takesBytes };
  } catch (error) {
    throw isResized && hasCode(error, 'DT_GRAPH_SHAPE') ? withSizeHint(error as DeepThingsError) : error;
  }
}

/** Asks the engine what a model puts out, which computes nothing. */
async function described(model: WrittenModel, options: ImportOptions) {
  const { close, outputs } = await normalised(model, options, { level: 'disabled', mostFoldedBytes: 1 });
  await close();
  return outputs;
}

async function withClosed<T>({ close }: Awaited<ReturnType<Normalise>>, use: () => T): Promise<T> {
  try {
    return use();
  } finally {
    await close();
  }
}

interface FoldingQuestion {
  readonly bytes: Uint8Array;
  readonly model: OnnxModel;
  readonly folded: FoldedValues;
  readonly replaced: Replacements;
}

/** @returns the bytes that a value may have if the engine is to compute it when it loads the model. @throws DT_ONNX_LIMIT */
async function foldingLimit(
  { bytes, folded, model, replaced }: FoldingQuestion,
  options: ImportOptions,
): Promise<number> {
  const { outputs } = replaced;
  const own = new Set(outputs.map(({ name }) => name));
  const asked = folded.asked.filter((name) => !own.has(name));
  if (asked.length === 0) return checkFoldedSize(folded, []);
  const more = { ...replaced, outputs: [...outputs, ...asked.map(undescribed)] };
  const found = await described(writeDescription(bytes, model.irVersion, more), options);
  const names = new Set(asked);
  return checkFoldedSize(
    folded,
    found.filter(({ name }) => names.has(name)),
  );
}

function shapeOf({ dataType, dims, name }: FixedInput): TensorShape {
  return { type: elementTypeOf(dataType, `input ${JSON.stringify(name)}`), shape: dims };
}

/** An output of which the engine finds out what it is. */
function undescribed(name: string): OnnxValue {
  return { name, dataType: 0, dims: null };
}

/** Characters of an engine's message that are passed on. */
const MOST_CHARACTERS = 300;

async function normalised(
  model: WrittenModel,
  { normalise, name }: ImportOptions,
  how: Parameters<Normalise>[1],
): ReturnType<Normalise> {
  try {
    return await normalise({ ...model, weightsFile: WEIGHTS_FILE }, how);
  } catch (cause) {
    if (cause instanceof DeepThingsError) throw cause;
    const text = (cause instanceof Error ? cause.message : String(cause))
      .replaceAll(/\s+/g, ' ')
      .slice(0, MOST_CHARACTERS);
    throw new DeepThingsError('DT_ONNX_FILE', `${name}: the engine refuses the model: ${text}`, { cause });
  }
}

/** Operators without a rule that become others, or nothing. */
const REWRITTEN: ReadonlySet<string> = new Set(['Constant', 'Dropout', 'Swish', 'Upsample']);

/** Asks the engine for the shapes that we cannot compute: those of operators without a rule. */
async function knownShapes(
  { bytes, model: { irVersion, graph } }: { readonly bytes: Uint8Array; readonly model: OnnxModel },
  { inputs, outputs }: { readonly inputs: readonly OnnxValue[]; readonly outputs: readonly OnnxValue[] },
  options: ImportOptions,
): Promise<ReadonlyMap<string, TensorShape>> {
  const own = new Set(outputs.map(({ name }) => name));
  const unknown = graph.nodes
    .filter(({ operator }) => !hasShapeRule(operator) && !REWRITTEN.has(operator))
    .flatMap((node) => node.outputs);
  const more = unknown.filter((name) => name !== '' && !own.has(name));
  if (unknown.length === 0) return new Map();
  const asked = [...outputs, ...more.map(undescribed)];
  const replaced = { inputs, outputs: asked, external: elementsOf(graph.initializers), nodes: [], constants: [] };
  const written = writeDescription(bytes, irVersion, replaced);
  const found = await described(written, options);
  return new Map(found.flatMap(({ name, type, shape }) => knownShape(name, type, shape)));
}

const ELEMENT_TYPES: ReadonlyMap<string, TensorShape['type']> = new Map([
  ['float32', 'float32'],
  ['float16', 'float32'],
  ['float64', 'float32'],
  ['int64', 'int64'],
  ['int32', 'int32'],
  ['uint8', 'uint8'],
  ['bool', 'bool'],
]);

function knownShape(name: string, type: string, shape: readonly (number | string)[]): [string, TensorShape][] {
  const elements = ELEMENT_TYPES.get(type);
  const isFixed = shape.every((dim): dim is number => typeof dim === 'number' && dim >= 0);
  return elements === undefined || !isFixed ? [] : [[name, { type: elements, shape }]];
}

function withSizeHint(error: DeepThingsError): DeepThingsError {
  const message = `${error.message}; the model is made for another size of input: leave the size out, or export it for this one`;
  return new DeepThingsError(error.code, message, { cause: error });
}
