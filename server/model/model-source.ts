import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { DeepThingsError } from '../errors.js';
import { type InputSize, parseDarknetCfg } from '../formats/darknet/cfg/darknet-cfg.js';
import type { DarknetNetwork } from '../formats/darknet/darknet-network.js';
import type { LoadedWeights, NetworkWeights } from '../formats/darknet/layers.js';
import { layersOfConstants, weightConstants } from '../formats/darknet/weight-constants.js';
import type { WantedLayers } from '../formats/darknet/weights/darknet-weights.js';
import { loadDarknetWeights } from '../formats/darknet/weights/darknet-weights-file.js';
import { synthesizeWeights } from '../formats/darknet/weights/synthetic-weights.js';
import type { Interval } from '../geometry/region.js';
import type { GraphConstant } from '../graph/graph.js';
import { loadFaceDetectorWeights } from './built-in/face-detector-weights.js';
import { builtInModel, builtInNetwork, DEFAULT_MODEL } from './built-in/registry.js';
import { readTextFile } from './files/text-file.js';
import { type LabelList, labelsOfList, parseLabels } from './labels.js';
import type { Preprocessing } from './preprocessing.js';
import { firstRemarks, NO_REMARK, type Remark } from './remark.js';

/** Which model to use; paths are absolute. */
export interface ModelSpec {
  /** A built-in model; the face detector when neither name nor cfg is given. */
  readonly name?: string | undefined;
  /** Path of a Darknet cfg. */
  readonly cfg?: string | undefined;
  /** `synthetic`, `synthetic:SEED`, or the path of a Darknet weights file (`file:` before it is allowed). */
  readonly weights?: string | undefined;
  /** Path of a file of class names, one a line. */
  readonly labels?: string | undefined;
  /** Input size in pixels, in place of the model's own. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** A model that is ready to be run. */
export interface LoadedModel {
  readonly network: DarknetNetwork;
  readonly weights: NetworkWeights;
  /** The same, as the constants of the network's graph, by name; the bytes are those of `weights`. */
  readonly constants: ReadonlyMap<string, GraphConstant>;
  /**
   * SHA-256, hex, of the layers, the input, the preprocessing and the origin of the weights (a file's bytes, a seed).
   * Two nodes with one digest compute the same; names, paths and labels are not in it.
   */
  readonly digest: string;
}

const DEFAULT_SEED = 1;
const LARGEST_SEED = 2 ** 32 - 1;

/**
 * The model's structure, without its weights: all that planning needs.
 *
 * @param remark receives what a user should know of the files although they can be used.
 * @throws DT_MODEL_SPEC when both name and cfg are given, DT_MODEL_NAME, DT_MODEL_INPUT_SIZE, DT_MODEL_FILE when a file
 * cannot be read or is no text, DT_CFG_… for what is wrong in a cfg, DT_LABELS_LINE, DT_LABELS_COUNT.
 */
export function describeModel(spec: ModelSpec, remark: Remark = NO_REMARK): DarknetNetwork {
  if (spec.name !== undefined && spec.cfg !== undefined) {
    throw new DeepThingsError(
      'DT_MODEL_SPEC',
      `both a built-in model (${spec.name}) and a cfg (${spec.cfg}) are given: leave one out`,
    );
  }
  const say = firstRemarks(remark);
  const list = spec.labels === undefined ? undefined : readLabels(spec.labels, say);
  const size = { width: spec.width, height: spec.height };
  const network =
    spec.cfg === undefined ? builtInNetwork(spec.name ?? DEFAULT_MODEL, size) : readCfg(spec.cfg, size, say);
  if (list === undefined) return network;
  const labels = naming(spec.labels!, () => labelsOfList(network.head, list, say));
  return Object.freeze({ ...network, labels });
}

/**
 * Loads a model with its weights.
 *
 * @param wanted only the weights of these layers, or these constants of the network's graph (and the others of their layers),
 * for a node that runs no more; all when not given. The digest is the same.
 * @throws what `describeModel` throws, DT_MODEL_WEIGHTS when no usable source of weights is named, DT_WEIGHTS_LENGTH.
 */
export async function loadModel(spec: ModelSpec, wanted?: Interval | ReadonlySet<string>): Promise<LoadedModel> {
  const network = describeModel(spec);
  const layers = wanted === undefined || 'start' in wanted ? wanted : layersOfConstants(wanted);
  const { weights, digest } = await loadWeights(spec, network, layers);
  return { network, weights, constants: weightConstants(network.graph, weights), digest: modelDigest(network, digest) };
}

async function loadWeights(spec: ModelSpec, network: DarknetNetwork, layers: WantedLayers): Promise<LoadedWeights> {
  const { weights } = spec;
  if (weights === undefined) {
    const origin = spec.cfg === undefined ? builtInModel(network.name).weights : undefined;
    if (origin?.kind === 'face-api-package') {
      return loadFaceDetectorWeights(network, layers);
    }
    const fetchHint = origin === undefined ? '' : ` ("deepthings model pull ${network.name}" fetches it)`;
    throw new DeepThingsError(
      'DT_MODEL_WEIGHTS',
      `model ${network.name} needs weights: give \`weights:\` the path of a file${fetchHint}, or \`weights: synthetic\` ` +
        'for benchmarks',
    );
  }
  if (weights === 'synthetic' || weights.startsWith('synthetic:')) {
    return synthesizeWeights(network, parseSeed(weights), layers);
  }
  return loadDarknetWeights(weights.replace(/^file:(\/\/)?/, ''), network, layers);
}

/** @param weights `synthetic` or `synthetic:SEED`. @throws DeepThingsError `DT_MODEL_WEIGHTS` */
export function parseSeed(weights: string): number {
  const [, text] = weights.split(/:(.*)/s);
  if (text === undefined) {
    return DEFAULT_SEED;
  }
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > LARGEST_SEED) {
    throw new DeepThingsError(
      'DT_MODEL_WEIGHTS',
      `the seed in \`weights: ${weights}\` must be a whole number from 0 to ${LARGEST_SEED}`,
    );
  }
  return seed;
}

function modelDigest(network: DarknetNetwork, weightsDigest: string): string {
  const description = canonicalJson({
    input: network.input,
    layers: network.layers,
    preprocessing: describePreprocessing(network.preprocessing),
    weights: weightsDigest,
  });
  return createHash('sha256').update(description).digest('hex');
}

/** Writes RGB and one factor for all channels as released versions do, which know nothing else. */
function describePreprocessing({ order, scale, ...rest }: Preprocessing): unknown {
  const isUniform = scale.every((factor) => factor === scale[0]);
  return { ...rest, scale: isUniform ? scale[0] : scale, ...(order === 'rgb' ? {} : { order }) };
}

/** JSON with sorted keys, so that the digest does not hang on the order in which an object was written. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

function readLabels(path: string, remark: Remark): LabelList {
  const text = readTextFile(path, 'labels', remark);
  return naming(path, () => parseLabels(text));
}

function readCfg(path: string, size: InputSize, remark: Remark): DarknetNetwork {
  const text = readTextFile(path, 'cfg', NO_REMARK);
  const name = basename(path, extname(path));
  const reading = { name, size, remark: (said: string) => remark(`${path}: ${said}`) };
  return naming(path, () => parseDarknetCfg(text, { ...reading, readText: (named) => readNamed(path, named) }));
}

/** Reads a file that a cfg names: beside it, or where Darknet finds it that runs in the folder above. */
function readNamed(cfg: string, named: string): string {
  const folder = dirname(cfg);
  const places = [resolve(folder, named), resolve(folder, '..', named), resolve(folder, basename(named))];
  return readTextFile(places.find((place) => existsSync(place)) ?? places[0]!, 'tree of classes', NO_REMARK);
}

/** Puts the file's name before what is wrong in it. */
function naming<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof DeepThingsError) {
      throw new DeepThingsError(cause.code, `${path}: ${cause.message}`, { cause });
    }
    throw cause;
  }
}
