import { open, stat } from 'node:fs/promises';
import { DeepThingsError } from '../../errors.js';
import { CHECKED_BYTES, checkWeightsFile } from '../../formats/darknet/weights/darknet-weights-check.js';
import { requireHead } from '../../heads/require-head.js';
import { builtInModel } from '../../model/built-in/registry.js';
import { LARGEST_TEXT_BYTES } from '../../model/files/text-file.js';
import { describeModel, type ModelSpec } from '../../model/model-source.js';
import type { Network } from '../../model/network.js';
import { NO_REMARK, type Remark } from '../../model/remark.js';
import type { Draft } from '../draft.js';
import { isSynthetic } from '../model-spec.js';
import type { ConfigPath } from '../source/position.js';

const LARGEST_SEED = 2 ** 32 - 1;

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
  const network = describeNetwork(draft, spec, remark);
  if (network === undefined) return undefined;
  checkHead(draft, network);
  await checkWeights(draft, spec, network, remark);
  return network;
}

function checkModelKeys({ given, problems }: Draft, spec: ModelSpec): void {
  if (problems.has(['model']) || given.model === undefined) return;
  const { name, cfg, weights } = given.model;
  const isOpen = (key: string) => !problems.has(['model', key]);
  if (name === undefined && cfg === undefined && isOpen('name') && isOpen('cfg')) {
    const remedy = 'write name: face-detector, or cfg: and weights: with paths of your own';
    problems.report(['model', 'name'], 'is missing, and so is cfg', remedy, { at: 'key' });
  }
  if (name !== undefined && cfg !== undefined) {
    const message = `is given beside name: ${name}, and there can be one model only`;
    problems.report(['model', 'cfg'], message, 'remove name or cfg', { at: 'key' });
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
  const origin = name === undefined ? undefined : builtInModel(name).weights;
  if (origin?.kind !== 'darknet-file') return undefined;
  return `run "deepthings model pull ${name}" on this machine; or write weights: synthetic to measure speed only`;
}

function isSeedRight(weights: string): boolean {
  const [, seed] = /^synthetic(?::(\d+))?$/.exec(weights) ?? [undefined, 'none'];
  return seed === undefined || Number(seed) <= LARGEST_SEED;
}

async function checkFiles({ problems }: Draft, spec: ModelSpec): Promise<void> {
  for (const key of ['cfg', 'weights', 'labels'] as const) {
    const path = spec[key];
    if (path === undefined || (key === 'weights' && isSynthetic(path))) continue;
    const trouble = await troubleWithFile(path, key === 'weights' ? Number.POSITIVE_INFINITY : LARGEST_TEXT_BYTES);
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
function describeNetwork(draft: Draft, spec: ModelSpec, remark: Remark): Network | undefined {
  const { name, cfg, labels, width, height } = spec;
  const { problems } = draft;
  if ((name === undefined) === (cfg === undefined) || problems.has(['model', 'cfg'])) return undefined;
  const model = name === undefined ? { cfg } : { name };
  const network = attempt(draft, ['model', 'cfg'], 'correct the cfg', model, remark);
  if (network === undefined) return undefined;
  if (labels !== undefined && !problems.has(['model', 'labels'])) {
    attempt(draft, ['model', 'labels'], 'correct the file of labels', { ...model, labels }, remark);
  }
  const remedySize = 'choose another size';
  if (width !== undefined) attempt(draft, ['model', 'width'], remedySize, { ...model, width });
  if (height !== undefined) attempt(draft, ['model', 'height'], remedySize, { ...model, height });
  if (!isSizeRight(draft)) return network;
  return attempt(draft, ['model', 'width'], remedySize, { ...model, width, height }) ?? network;
}

/** Whether nothing was found wrong with the wanted input size, so that the network's maps have their final sizes. */
export function isSizeRight({ problems }: Draft): boolean {
  return !problems.has(['model', 'width']) && !problems.has(['model', 'height']);
}

/** Describes the model; what that throws on purpose becomes a problem. */
function attempt(
  { problems }: Draft,
  path: ConfigPath,
  remedy: string,
  spec: ModelSpec,
  remark: Remark = NO_REMARK,
): Network | undefined {
  try {
    return describeModel(spec, remark);
  } catch (error) {
    if (!(error instanceof DeepThingsError)) throw error;
    problems.report(path, error.message, remedy);
    return undefined;
  }
}

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
  if (weights === undefined || isSynthetic(weights) || problems.has(path)) return;
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
