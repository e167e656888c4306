import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EnvHttpProxyAgent } from 'undici';
import { DeepThingsError } from '../../../errors.js';
import type { DarknetNetwork } from '../../../formats/darknet/darknet-network.js';
import { weightsFileBytes } from '../../../formats/darknet/weights/darknet-weights.js';
import { BUILT_IN_MODELS, builtInModel, builtInNetwork, type WeightsOrigin } from '../../../model/built-in/registry.js';
import { pulledWeightsPath } from '../../../model/model-cache.js';
import { readCredentialedUrl } from '../../credentialed-url.js';
import { formatBytes } from '../../terminal/quantities.js';
import { printLine } from '../../terminal/terminal.js';
import { Interruption } from '../../up/interruption.js';
import { HEADER_BYTES } from '../weights-writing.js';
import { holdPullLock } from './pull-lock.js';
import { PullProgress } from './pull-progress.js';
import { hasWeights, makeFolder, type PullSource, pullWeights, sha256Of } from './pull-weights.js';

export interface PullCommandOptions {
  readonly from?: string;
  readonly sha256?: string;
  readonly force?: boolean;
}

type DarknetOrigin = Extract<WeightsOrigin, { kind: 'darknet-file' }>;

/** A server that says nothing for so long is gone. */
const SILENCE_MS = 30_000;

/** `deepthings model pull`. */
export async function runModelPull(name: string, options: PullCommandOptions): Promise<void> {
  const origin = originOf(name);
  const network = builtInNetwork(name);
  const target = pulledWeightsPath(name, process.env);
  if (target === undefined) throw homeless();
  const sha256 = readSha256(options.sha256) ?? origin.sha256;
  const sources = readSources(origin, options.from);
  const interruption = new Interruption(() => {});
  await makeFolder(dirname(target));
  const release = await holdPullLock(target);
  const dispatcher = new EnvHttpProxyAgent({ headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS });
  const progress = new PullProgress(name);
  try {
    if (options.force) {
      await rm(target, { force: true });
    } else if (await hasWeights(target, network)) {
      report(name, network, target, await checkThere(target, sha256, interruption.signal), 'there already');
      return;
    }
    const digest = await pullWeights({
      ...{ network, sources, target, sha256, dispatcher },
      byteLength: origin.byteLength,
      signal: interruption.signal,
      onProgress: (bytes, total) => progress.show(bytes, total),
    });
    progress.clear();
    report(name, network, target, digest, 'pulled');
  } catch (error) {
    progress.clear();
    throw error instanceof DeepThingsError && error.code === 'DT_PULL_FAILED'
      ? new DeepThingsError(error.code, explain(name, network, target, origin, error.message), { cause: error })
      : error;
  } finally {
    await release();
    await dispatcher.destroy();
  }
}

/** @throws DeepThingsError `DT_USAGE` for a model whose weights need no pulling. */
function originOf(name: string): DarknetOrigin {
  const { weights } = builtInModel(name);
  if (weights.kind === 'darknet-file') return weights;
  const names = Object.keys(BUILT_IN_MODELS).filter((other) => builtInModel(other).weights.kind === 'darknet-file');
  throw new DeepThingsError('DT_USAGE', `${name} is built in with its weights; pull one of ${names.join(', ')}`);
}

function homeless(): DeepThingsError {
  return new DeepThingsError(
    'DT_HOME_UNKNOWN',
    'this user has no home folder to keep weights in: set XDG_CACHE_HOME to a folder, or HOME',
  );
}

function readSources({ urls }: DarknetOrigin, from: string | undefined): readonly PullSource[] {
  if (from === undefined) return urls.map((url) => ({ url, headers: {} }));
  const { plain, headers } = readCredentialedUrl(from, '--from', ['https', 'http']);
  return [{ url: plain, headers }];
}

function readSha256(text: string | undefined): string | undefined {
  if (text === undefined || /^[0-9a-f]{64}$/i.test(text)) return text?.toLowerCase();
  throw new DeepThingsError('DT_USAGE', '--sha256 must be 64 hexadecimal digits');
}

async function checkThere(path: string, sha256: string | undefined, signal: AbortSignal): Promise<string> {
  const digest = await sha256Of(path, signal);
  if (sha256 === undefined || digest === sha256) return digest;
  throw new DeepThingsError(
    'DT_PULL_FAILED_CHECK',
    `${path} is there, with the SHA-256 ${digest} and not ${sha256}: pull with --force to fetch it anew`,
  );
}

function report(name: string, network: DarknetNetwork, target: string, digest: string, what: string): void {
  printLine(`${name}: ${what}, ${formatBytes(weightsFileBytes(network, HEADER_BYTES))} in ${target}`);
  printLine(`SHA-256 ${digest}`);
  printLine(`Use it with  model: { name: ${name} }  in cluster.yaml, on each machine that has pulled it.`);
}

/** What failed at each source, and what to do by hand. */
function explain(
  name: string,
  network: DarknetNetwork,
  target: string,
  { byteLength, file }: DarknetOrigin,
  failures: string,
): string {
  const bytes = (byteLength ?? weightsFileBytes(network, HEADER_BYTES)).toLocaleString('en');
  return `the weights of ${name} could not be fetched:
${failures}
By hand: fetch ${file} (${bytes} bytes) where one of these can be reached, and copy it to
  ${target}
or name another place in cluster.yaml: model: { name: ${name}, weights: /path/of/${file} }.
Behind a proxy, set HTTPS_PROXY to its address; another server: --from URL.`;
}
