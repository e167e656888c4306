import { closeSync, openSync, readSync } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { loadOnnxRuntime } from './onnxruntime-library.js';

/** A model in two files, each in parts. */
export interface SplitModel {
  readonly model: readonly Uint8Array[];
  readonly weights: readonly Uint8Array[];
  /** The name of the second file, as the first has it. */
  readonly weightsFile: string;
}

export interface Normalisation {
  readonly level: 'basic' | 'disabled';
  /** Of a value that does not depend on the inputs; a larger one is left to be computed in each run. At least 1. */
  readonly mostFoldedBytes: number;
}

/** A model that onnxruntime has simplified. */
export interface NormalisedModel {
  /** Empty where only the outputs were to be described. */
  readonly bytes: Uint8Array;
  /** Reads bytes from `offset` on of the file that its external data are parts of; that is there until `close`. */
  readonly readWeights: (into: Uint8Array, offset: number) => void;
  readonly close: () => Promise<void>;
  readonly outputs: readonly DescribedOutput[];
}

/** What onnxruntime says of an output; a dimension that it does not know is a text. */
export interface DescribedOutput {
  readonly name: string;
  /** For instance `float32`. */
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

const SIMPLER = 'simpler.onnx';
const SIMPLER_WEIGHTS = 'simpler.bin';

/** Tensors with fewer bytes are in the simplified model itself. */
const LEAST_BYTES_OUTSIDE = '1024';

/**
 * Lets onnxruntime compute what does not depend on the inputs: constants, shapes, batch normalisation before or after a
 * convolution. The operators stay ONNX's own. The weights go through files in a temporary folder, since in a model itself they
 * would be in memory three times.
 *
 * @param given a model whose inputs have fixed dimensions.
 * @param how level 'disabled' computes nothing, for a description of the outputs. The levels beyond 'basic' leave operators that
 * only onnxruntime knows.
 * @throws Error with onnxruntime's message when it refuses the model; DT_ENGINE_LOAD.
 */
export async function normaliseOnnx(
  given: SplitModel,
  { level, mostFoldedBytes }: Normalisation,
): Promise<NormalisedModel> {
  const folder = await mkdtemp(join(tmpdir(), 'deepthings-onnx-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const { outputs } = await simplify(given, { level, mostFoldedBytes }, folder);
    const bytes = level === 'disabled' ? new Uint8Array(0) : await readFile(join(folder, SIMPLER));
    // Opened when it is read: without large tensors there is none.
    const readWeights = (into: Uint8Array, offset: number) => readPart(join(folder, SIMPLER_WEIGHTS), into, offset);
    return { bytes, readWeights, outputs, close: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Writes the model into the folder, and lets onnxruntime write a simpler one there. */
async function simplify(given: SplitModel, { level, mostFoldedBytes }: Normalisation, folder: string) {
  const runtime = loadOnnxRuntime();
  const pathOf = (name: string) => join(folder, name);
  await writeParts(pathOf('given.onnx'), given.model);
  await writeParts(pathOf(given.weightsFile), given.weights);
  const session = await runtime.InferenceSession.create(pathOf('given.onnx'), {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: level,
    ...(level === 'basic' && { optimizedModelFilePath: pathOf(SIMPLER) }),
    enableCpuMemArena: false,
    enableMemPattern: false,
    logSeverityLevel: 4,
    extra: {
      // By default 1 GB a node.
      optimization: { constant_folding_max_output_size_in_bytes: `${mostFoldedBytes}` },
      session: {
        // Nothing is run: weights need no second form.
        disable_prepacking: '1',
        optimized_model_external_initializers_file_name: SIMPLER_WEIGHTS,
        optimized_model_external_initializers_min_size_in_bytes: LEAST_BYTES_OUTSIDE,
      },
    },
  });
  const outputs = session.outputMetadata.flatMap(describedOutput);
  await session.release();
  return { outputs };
}

/** @throws Error when the file ends before. */
function readPart(path: string, into: Uint8Array, offset: number): void {
  const file = openSync(path, 'r');
  try {
    for (let at = 0; at < into.byteLength; ) {
      const read = readSync(file, into, at, into.byteLength - at, offset + at);
      if (read === 0) throw new Error(`${path} ends before byte ${offset + into.byteLength}`);
      at += read;
    }
  } finally {
    closeSync(file);
  }
}

async function writeParts(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for (const part of parts) await file.writeFile(part);
  } finally {
    await file.close();
  }
}

function describedOutput(about: InferenceSession.ValueMetadata): DescribedOutput[] {
  return about.isTensor ? [{ name: about.name, type: about.type, shape: about.shape }] : [];
}
