import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { loadOnnxRuntime } from './onnxruntime-library.js';

/** A model that onnxruntime has simplified. */
export interface NormalisedModel {
  readonly bytes: Uint8Array;
  readonly outputs: readonly DescribedOutput[];
}

/** What onnxruntime says of an output; a dimension that it does not know is a text. */
export interface DescribedOutput {
  readonly name: string;
  /** For instance `float32`. */
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

/**
 * Lets onnxruntime compute what does not depend on the inputs: constants, shapes, batch normalisation before or after a
 * convolution. The operators stay ONNX's own. A temporary folder has the model meanwhile, so that it is in memory once less.
 *
 * @param model the file, in parts; its inputs have fixed dimensions.
 * @throws Error with onnxruntime's message when it refuses the model; DT_ENGINE_LOAD.
 */
export async function normaliseOnnx(model: readonly Uint8Array[]): Promise<NormalisedModel> {
  const runtime = loadOnnxRuntime();
  const folder = await mkdtemp(join(tmpdir(), 'deepthings-onnx-'));
  const [given, simpler] = [join(folder, 'given.onnx'), join(folder, 'simpler.onnx')];
  try {
    await writeParts(given, model);
    const session = await runtime.InferenceSession.create(given, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      // 'extended' and 'all' leave operators that only onnxruntime knows.
      graphOptimizationLevel: 'basic',
      optimizedModelFilePath: simpler,
      enableCpuMemArena: false,
      enableMemPattern: false,
      logSeverityLevel: 4,
      // Nothing is run: weights need no second form.
      extra: { session: { disable_prepacking: '1' } },
    });
    const outputs = session.outputMetadata.flatMap(describedOutput);
    await session.release();
    return { bytes: await readFile(simpler), outputs };
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
