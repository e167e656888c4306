import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { DeepThingsError } from '../../errors.js';
import type { DarknetNetwork } from '../../formats/darknet/darknet-network.js';
import { weightsFileBytes } from '../../formats/darknet/weights/darknet-weights.js';
import { BUILT_IN_MODELS, builtInModel } from '../../model/built-in/registry.js';
import { describeModel as describeDarknet } from '../../model/model-source.js';
import { SYNTHETIC_MODELS } from '../../model-files/synthetic/synthetic-models.js';
import { writeSyntheticModel } from '../synthetic-model-file.js';
import { ProgressLine } from '../terminal/progress-line.js';
import { formatBytes } from '../terminal/quantities.js';
import { plainText, printLine } from '../terminal/terminal.js';
import { HEADER_BYTES, writeSyntheticWeights } from './weights-writing.js';

export interface SynthOptions {
  readonly seed: string;
  readonly force?: boolean;
}

const LARGEST_SEED = 2 ** 32 - 1;

/** `deepthings model synth`. */
export async function runModelSynth(model: string, path: string, { seed: text, force }: SynthOptions): Promise<void> {
  const seed = parseSeed(text);
  const synthetic = SYNTHETIC_MODELS.get(model);
  const network = synthetic === undefined ? findNetwork(model) : null;
  if (!force && existsSync(path)) {
    throw new DeepThingsError('DT_USAGE', `${path} is there already: name another file, or give --force`);
  }
  if (network === null) return synthOnnx(model, path, synthetic!.file(seed), seed);
  const total = formatBytes(weightsFileBytes(network, HEADER_BYTES));
  const progress = new ProgressLine();
  try {
    await writeSyntheticWeights(path, network, seed, (bytes) => progress.show(`${formatBytes(bytes)} of ${total}`));
  } catch (cause) {
    // Half a file would be taken for one of another model.
    await rm(path, { force: true });
    throw new DeepThingsError('DT_OUT_FILE', `cannot write ${path}: ${(cause as Error).message}`, { cause });
  } finally {
    progress.clear();
  }
  printLine(
    `${plainText(path)}: ${total} of synthetic weights for ${network.name}, seed ${seed}. They detect nothing.`,
  );
}

function synthOnnx(model: string, path: string, bytes: Uint8Array, seed: number): void {
  writeSyntheticModel(path, bytes);
  const size = formatBytes(bytes.byteLength);
  printLine(`${plainText(path)}: ${model} with synthetic weights, ${size} of ONNX, seed ${seed}. It detects nothing.`);
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && seed <= LARGEST_SEED) return seed;
  throw new DeepThingsError('DT_USAGE', `--seed must be a whole number from 0 to ${LARGEST_SEED}, and is ${text}`);
}

/** A built-in model by its name; anything else is the path of a cfg. */
function findNetwork(model: string): DarknetNetwork {
  if (!Object.hasOwn(BUILT_IN_MODELS, model)) return describeDarknet({ cfg: model });
  if (builtInModel(model).weights.kind === 'darknet-file') return describeDarknet({ name: model });
  const names = Object.keys(BUILT_IN_MODELS).filter((name) => builtInModel(name).weights.kind === 'darknet-file');
  throw new DeepThingsError(
    'DT_USAGE',
    `${model} is no Darknet model, so there is no weights file to write for it: its weights come with its npm package. ` +
      `Choose ${[...names, ...SYNTHETIC_MODELS.keys()].join(', ')} or give a cfg; for measuring, cluster.yaml takes weights: synthetic with any model`,
  );
}
