import { DeepThingsError, hasCode } from '../../errors.js';
import type { Graph, TensorShape } from '../../graph/graph.js';
import { hasShapeRule } from '../../graph/shapes.js';
import { canonicalGraph } from './canonical/canonical-graph.js';
import { elementsOf, fetchExternal, type ReadExternal, withWeights } from './file/external-data.js';
import type { OnnxModel, OnnxValue } from './file/onnx-model.js';
import { readModel } from './file/read-model.js';
import { elementTypeOf } from './file/tensor-elements.js';
import { WEIGHTS_FILE, type WrittenModel, writeModel } from './file/write-model.js';
import { checkFoldedSize, foldedValues } from './folded-size.js';
import { fixInputs, type PictureSize } from './input-sizes.js';

/** An engine's simplification of a model with fixed inputs, or only its description; see `normaliseOnnx`. */
export type Normalise = (
  model: WrittenModel & { readonly weightsFile: string },
  level: 'basic' | 'disabled',
) => Promise<{
  readonly bytes: Uint8Array;
  /** The file that external data of the simplified model are parts of. */
  readonly weights: Uint8Array;
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
}

export interface ImportedModel {
  readonly graph: Graph;
  /** What the program that exported the model wrote about it, such as ultralytics' `names`. */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Imports an ONNX file as a graph for one picture a run: fixed sizes, operators as in operator set 17.
 *
 * @param bytes of the file. Constants may be views of a buffer as large as it.
 * @throws DT_ONNX_FILE, DT_ONNX_LIMIT, DT_ONNX_EXTERNAL, DT_ONNX_INPUT, DT_ONNX_OPERATOR or DT_GRAPH_SHAPE.
 */
export async function importOnnx(bytes: Uint8Array, options: ImportOptions): Promise<ImportedModel> {
  const model = readModel(bytes);
  const inputs = fixInputs(model, options.size ?? {});
  const shapes = new Map(inputs.map(({ name, dataType, dims }) => [name, shapeOf(name, dataType, dims)]));
  const external = await fetchExternal(model, options.readExternal);
  const outputs = model.graph.outputs.map((output) => ({ ...output, dims: null }));
  const written = writeModel(bytes, model.irVersion, { inputs, outputs, external });
  const folded = foldedValues(model.graph).filter((name) => !outputs.some((output) => output.name === name));
  if (folded.length > 0) {
    const asked = { inputs, outputs: [...outputs, ...folded.map(undescribed)], external };
    const { outputs: found } = await normalised(writeModel(bytes, model.irVersion, asked), options, 'disabled');
    const names = new Set(folded);
    checkFoldedSize(
      model.graph,
      found.filter(({ name }) => names.has(name)),
    );
  }
  const simpler = await normalised(written, options, 'basic');
  const read = withWeights(readModel(simpler.bytes), simpler.weights);
  const known = await knownShapes({ ...simpler, model: read }, { inputs, outputs }, options);
  try {
    return { graph: canonicalGraph(read, { name: options.name, inputs: shapes, known }), metadata: model.metadata };
  } catch (error) {
    throw isResized(model, inputs) && hasCode(error, 'DT_GRAPH_SHAPE') ? withSizeHint(error as DeepThingsError) : error;
  }
}

function shapeOf(name: string, dataType: number, dims: readonly number[]): TensorShape {
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
  level: 'basic' | 'disabled',
): ReturnType<Normalise> {
  try {
    return await normalise({ ...model, weightsFile: WEIGHTS_FILE }, level);
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
  const { outputs: found } = await normalised(
    writeModel(bytes, irVersion, { inputs, outputs: asked, external: elementsOf(graph.initializers) }),
    options,
    'disabled',
  );
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

/** Whether the caller's size is another than the file has. */
function isResized({ graph }: OnnxModel, [picture]: readonly OnnxValue[]): boolean {
  const own = graph.inputs.find(({ name }) => name === picture!.name)!.dims!;
  return own.some((dim, axis) => axis >= 2 && typeof dim === 'number' && dim !== picture!.dims![axis]);
}

function withSizeHint(error: DeepThingsError): DeepThingsError {
  const message = `${error.message}; the model is made for another size of input: leave the size out, or export it for this one`;
  return new DeepThingsError(error.code, message, { cause: error });
}
