import { open, stat } from 'node:fs/promises';
import type { ErrorCode } from '../../error-codes.js';
import { DeepThingsError } from '../../errors.js';
import { isDarknet } from '../../formats/darknet/darknet-network.js';
import { CHECKED_BYTES, checkWeightsFile } from '../../formats/darknet/weights/darknet-weights-check.js';
import { requireHead } from '../../heads/require-head.js';
import { builtInModel } from '../../model/built-in/registry.js';
import { LARGEST_TEXT_BYTES } from '../../model/files/text-file.js';
import type { Network } from '../../model/network.js';
import { NO_REMARK, type Remark } from '../../model/remark.js';
import { BUILT_IN_ONNX, builtInOnnx } from '../../model-files/built-in-onnx.js';
import { describeModel } from '../../model-files/describe-model.js';
import type { ModelSpec } from '../../model-files/model-spec.js';
import type { Draft } from '../draft.js';
import { isSynthetic } from '../model-spec.js';
import type { ConfigPath } from '../source/position.js';

const LARGEST_SEED = 2 ** 32 - 1;
/** Keys that name a model; one of them is given. */
const SOURCES = ['name', 'onnx', 'cfg'] as const;

/**
 * Checks the model: what is given of it, the files, that they fit each other. Reads the cfg and the labels, of the
 * weights only the beginning.
 *
 * @param spec with absolute paths.
 * @param remark receives what a user should know of the files although they can be used.
 * @returns the network, where so much is right that the partition can be checked against it; see `isSizeRight`.
 */
export async function checkModel(draft: Draft, spec: ModelSpec, remark: Remark): Promise<Network | undefined> {
  checkModelKeys(draft, spec);
  await checkFiles(draft, spec);
  const network = await describeNetwork(draft, spec, remark);
  if (network === undefined) return undefined;
  checkHead(draft, network);
  await checkWeights(draft, spec, network, remark);
  return network;
}

function checkModelKeys({ given, problems }: Draft, spec: ModelSpec): void {
  if (problems.has(['model']) || given.model === undefined) return;
  const { name, onnx, cfg, weights } = given.model;
  const sources = SOURCES.filter((key) => given.model![key] !== undefined);
  if (sources.length === 0 && SOURCES.every((key) => !problems.has(['model', key]))) {
    const remedy = `write name: ${BUILT_IN_ONNX[0]}, onnx: with the path of an ONNX file, or cfg: and weights: of Darknet`;
    problems.report(['model', 'name'], 'is missing, and so are onnx and cfg', remedy, { at: 'key' });
  }
  const [first, second] = sources;
  if (second !== undefined) {
    const message = `is given beside ${first}: ${given.model[first!]}, and there can be one model only`;
    problems.report(['model', second], message, `remove ${first} or ${second}`, { at: 'key' });
  }
  for (const key of ['head', 'input'] as const) {
    if (given.model[key] === undefined || onnx !== undefined) continue;
    problems.report(['model', key], 'is for ONNX files only', `remove ${key}`, { at: 'key' });
  }
  if (weights !== undefined && cfg === undefined && (onnx !== undefined || builtInOnnx(name) !== null)) {
    problems.report(['model', 'weights'], 'are in the ONNX file already', 'remove weights', { at: 'key' });
    return;
  }
  if (weights === undefined && spec.weights === undefined) {
    const remedy = remedyMissingWeights(name, cfg);
    if (remedy !== undefined) problems.report(['model', 'weights'], 'is missing', remedy, { at: 'key' });
  } else if (weights !== undefined && isSynthetic(weights) && !isSeedRight(weights)) {
    const remedy = `write synthetic, or synthetic: and a whole number from 0 to ${LARGEST_SEED}`;
    problems.report(['model', 'weights'], `cannot read the seed in '${weights}'`, remedy);
  }
}

/** @returns undefined where no weights are needed: the face detector brings its own. */
function remedyMissingWeights(name: string | undefined, cfg: string | undefined): string | undefined {
  if (cfg !== undefined) return 'write weights: and the path of the weights that were trained with this cfg';
  const origin = name === undefined || builtInOnnx(name) !== null ? undefined : builtInModel(name).weights;
  if (origin?.kind !== 'darknet-file') return undefined;
  return `run "deepthings model pull ${name}" on this machine; or write weights: synthetic to measure speed only`;
}

function isSeedRight(weights: string): boolean {
  const [, seed] = /^synthetic(?::(\d+))?$/.exec(weights) ?? [undefined, 'none'];
  return seed === undefined || Number(seed) <= LARGEST_SEED;
}

async function checkFiles({ problems }: Draft, spec: ModelSpec): Promise<void> {
  for (const key of ['onnx', 'cfg', 'weights', 'labels'] as const) {
    const path = spec[key];
    if (path === undefined || (key === 'weights' && isSynthetic(path))) continue;
    const trouble = await troubleWithFile(
      path,
      key === 'weights' || key === 'onnx' ? Number.POSITIVE_INFINITY : LARGEST_TEXT_BYTES,
    );
    if (trouble === undefined) continue;
    const remedy = 'fix the path; it is taken from the folder of this file';
    problems.report(['model', key], trouble, remedy);
  }
}

async function troubleWithFile(path: string, mostBytes: number): Promise<string | undefined> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return `${path} is not a file`;
    if (stats.size > mostBytes) return `${path} has ${stats.size} bytes, more than the ${mostBytes} that are read`;
    const handle = await open(path);
    await handle.close();
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? `there is no file ${path}` : `cannot read ${path}: ${code ?? String(error)}`;
  }
}

/**
 * Adds one key of the spec after the other, so that what goes wrong is told of the right one.
 *
 * @returns the network at its own input size when the wanted size is wrong.
 */
async function describeNetwork(draft: Draft, spec: ModelSpec, remark: Remark): Promise<Network | undefined> {
  const { name, cfg, onnx, labels, width, height } = spec;
  const { problems } = draft;
  if (SOURCES.filter((key) => spec[key] !== undefined).length !== 1) return undefined;
  if (SOURCES.some((key) => problems.has(['model', key]))) return undefined;
  if (onnx !== undefined) return attempt(draft, ['model', 'onnx'], 'see "deepthings model check"', spec, remark);
  const model = name === undefined ? { cfg } : { name };
  const network = await attempt(
    draft,
    ['model', name === undefined ? 'cfg' : 'name'],
    'correct the cfg',
    model,
    remark,
  );
  if (network === undefined) return undefined;
  if (labels !== undefined && !problems.has(['model', 'labels'])) {
    await attempt(draft, ['model', 'labels'], 'correct the file of labels', { ...model, labels }, remark);
  }
  const remedySize = 'choose another size';
  if (width !== undefined) await attempt(draft, ['model', 'width'], remedySize, { ...model, width });
  if (height !== undefined) await attempt(draft, ['model', 'height'], remedySize, { ...model, height });
  if (!isSizeRight(draft)) return network;
  return (await attempt(draft, ['model', 'width'], remedySize, { ...model, width, height })) ?? network;
}

/** Whether nothing was found wrong with the wanted input size, so that the network's maps have their final sizes. */
export function isSizeRight({ problems }: Draft): boolean {
  return !problems.has(['model', 'width']) && !problems.has(['model', 'height']);
}

/** Describes the model; what that throws on purpose becomes a problem. */
async function attempt(
  { problems }: Draft,
  path: ConfigPath,
  remedy: string,
  spec: ModelSpec,
  remark: Remark = NO_REMARK,
): Promise<Network | undefined> {
  try {
    return await describeModel(spec, remark);
  } catch (error) {
    if (!(error instanceof DeepThingsError)) throw error;
    const key = KEY_BY_CODE[error.code];
    problems.report(key === undefined ? path : ['model', key], error.message, remedy);
    return undefined;
  }
}

/** Keys that a problem with an ONNX file is about, where it is not the file itself. */
const KEY_BY_CODE: Partial<Record<ErrorCode, string>> = {
  DT_HEAD_UNKNOWN: 'head',
  DT_LABELS_COUNT: 'labels',
  DT_LABELS_LINE: 'labels',
};

/** Without a head a cluster computes what nobody can read. */
function checkHead({ problems }: Draft, network: Network): void {
  try {
    requireHead(network);
  } catch (error) {
    if (!(error instanceof DeepThingsError)) throw error;
    problems.report(['model', 'cfg'], error.message, 'end the cfg with the layer that is missing');
  }
}

/** The length that the cfg implies, without reading more than the file's beginning. */
async function checkWeights(
  { given, problems }: Draft,
  { name, weights }: ModelSpec,
  network: Network,
  remark: Remark,
): Promise<void> {
  const path = ['model', 'weights'];
  if (weights === undefined || isSynthetic(weights) || problems.has(path) || !isDarknet(network)) return;
  const handle = await open(weights);
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(new Uint8Array(CHECKED_BYTES), 0, CHECKED_BYTES, 0);
    checkWeightsFile(network, buffer.subarray(0, bytesRead), size, (said) => remark(`${weights}: ${said}`));
  } catch (error) {
    if (!(error instanceof DeepThingsError)) throw error;
    const isPulled = given.model?.weights === undefined;
    const isOther = error.code === 'DT_WEIGHTS_FORMAT';
    const own = isOther ? 'name the right file' : 'give weights and cfg of one and the same model';
    const remedy = isPulled ? `run "deepthings model pull ${name} --force"` : own;
    problems.report(path, isPulled ? `${weights}: ${error.message}` : error.message, remedy);
  } finally {
    await handle.close();
  }
}
