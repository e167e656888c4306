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
  readonly bytes: Uint8Array;
  /** The file that its external data are parts of. */
  readonly weights: Uint8Array;
  readonly outputs: readonly DescribedOutput[];
}

/** What onnxruntime says of an output; a dimension that it does not know is a text. */
export interface DescribedOutput {
  readonly name: string;
  /** For instance `float32`. */
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

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
  const runtime = loadOnnxRuntime();
  const folder = await mkdtemp(join(tmpdir(), 'deepthings-onnx-'));
  const pathOf = (name: string) => join(folder, name);
  try {
    await writeParts(pathOf('given.onnx'), given.model);
    await writeParts(pathOf(given.weightsFile), given.weights);
    const session = await runtime.InferenceSession.create(pathOf('given.onnx'), {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      graphOptimizationLevel: level,
      optimizedModelFilePath: pathOf('simpler.onnx'),
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
    // No file: no tensor is so large.
    const weights = await readFile(pathOf(SIMPLER_WEIGHTS)).catch(() => new Uint8Array(0));
    return { bytes: await readFile(pathOf('simpler.onnx')), weights, outputs };
  } finally {
    await rm(folder, { recursive: true, force: true });
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
