import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { DeepThingsError } from '../errors.js';
import { memoize } from '../geometry/memoize.js';
import { elementCount, type Graph, type GraphConstant } from '../graph/graph.js';
import { type InputSettings, preprocessingOf } from '../heads/input-settings.js';
import { chooseHead } from '../heads/recognise/recognise-head.js';
import type { Network } from '../model/network.js';
import { type ReadOnnxFile, readOnnxFile } from './onnx-file.js';
import type { OnnxSpec } from './onnx-spec.js';

/** A network of an ONNX file. */
export interface OnnxNetwork {
  readonly network: Network;
  /** SHA-256, hex, of the file, the input's size, the preprocessing and the head. */
  readonly digest: string;
}

/** A network of an ONNX file with its constants, which are views of a buffer as large as the file. */
export interface LoadedOnnx extends OnnxNetwork {
  readonly graph: Graph;
}

/**
 * Reads an ONNX file: what it is, how pictures become its input, how its outputs are decoded.
 *
 * @throws DT_ONNX_…, DT_GRAPH_SHAPE, DT_HEAD_UNKNOWN, DT_MODEL_CLASS_NAMES, DT_LABELS_COUNT.
 */
export async function loadOnnx(spec: OnnxSpec): Promise<LoadedOnnx> {
  const size = { width: spec.width, height: spec.height };
  const file = await readOnnxFile(spec.onnx, { size, name: spec.name });
  return { ...networkOf(file, spec), graph: file.graph };
}

/** Descriptions of files, by path, time and size of the file and what else was asked for. */
const described = new Map<string, Promise<OnnxNetwork>>();
/** A program looks at one or two models. */
const MOST_DESCRIBED = 4;

/** The same without its weights; read again only when the file has changed. */
export async function describeOnnx(spec: OnnxSpec): Promise<OnnxNetwork> {
  const { mtimeMs, size } = await stat(spec.onnx).catch((cause: Error) => {
    throw new DeepThingsError('DT_ONNX_FILE', `cannot read ${spec.onnx}: ${cause.message}`, { cause });
  });
  const key = JSON.stringify([spec, mtimeMs, size]);
  if (described.size >= MOST_DESCRIBED && !described.has(key)) described.clear();
  const found = memoize(described, key, () => loadOnnx(spec).then(({ digest, network }) => ({ digest, network })));
  found.catch(() => described.delete(key));
  return found;
}

function networkOf(file: ReadOnnxFile, spec: OnnxSpec): OnnxNetwork {
  const { graph } = file;
  const [, channels, height, width] = graph.values.get(graph.inputs[0]!)!.shape as [number, number, number, number];
  const input = { channels, height, width };
  const outputs = graph.outputs.map((name) => ({ name, ...graph.values.get(name)! }));
  const metadata = new Map([...file.metadata].filter(([key]) => key !== 'names' || spec.labels === undefined));
  const head = chooseHead(outputs, { ...input, takesBytes: file.takesBytes }, metadata, spec.head);
  const settings: InputSettings = { ...head.input, ...spec.input };
  const network: Network = Object.freeze({
    ...{ name: graph.name, input, graph: structureOf(graph) },
    ...{
      preprocessing: preprocessingOf(settings),
      labels: labelsOf(spec, head),
      head: head.family,
      limits: head.limits,
    },
  });
  const facts = JSON.stringify([file.digest, input, settings, head.family]);
  return { network, digest: createHash('sha256').update(facts).digest('hex') };
}

function labelsOf({ labels }: OnnxSpec, head: ReturnType<typeof chooseHead>): readonly string[] {
  if (labels === undefined) return head.labels;
  const classes = 'classes' in head.family && typeof head.family.classes === 'number' ? head.family.classes : null;
  if (classes === null || labels.length === classes) return labels;
  throw new DeepThingsError(
    'DT_LABELS_COUNT',
    `the file of labels has ${labels.length} names, and the model's head ${head.family.kind} has ${classes} classes`,
  );
}

/** Constants of more elements are weights. */
const FEW = 64;

function structureOf(graph: Graph): Graph {
  const constants = [...graph.constants].map(([name, { bytes, shape, type }]): [string, GraphConstant] => {
    const kept = elementCount(shape) > FEW ? new Uint8Array(0) : bytes.slice();
    return [name, { type, shape, bytes: kept }];
  });
  return { ...graph, constants: new Map(constants) };
}
