import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ModelChoice } from '../../evaluation/measure/run-matrix.js';
import { BUILT_IN_MODELS, builtInModel } from '../../model/built-in/registry.js';
import { modelCacheFolder } from '../../model/model-cache.js';
import { parseSeed } from '../../model/model-source.js';
import { BUILT_IN_ONNX } from '../../model-files/built-in-onnx.js';
import { isOnnxPath } from '../../model-files/onnx-file.js';
import { SYNTHETIC_MODELS } from '../../model-files/synthetic/synthetic-models.js';
import { writeSyntheticModel } from '../synthetic-model-file.js';

/**
 * Finds the model that `--model` names: a built-in or synthetic one by its name, else the path of an ONNX file or a cfg. One without
 * weights of its own gets synthetic ones. The file of a synthetic model is written into the folder of pulled models.
 *
 * @param given `--weights`: a file, `synthetic` or `synthetic:SEED`.
 * @throws DeepThingsError `DT_OUT_FILE`, `DT_MODEL_WEIGHTS` for a seed that is none.
 */
export function modelChoice(model: string, given: string | undefined): ModelChoice {
  const weights = given === undefined || given.startsWith('synthetic') ? given : resolve(given);
  const synthetic = SYNTHETIC_MODELS.get(model);
  if (synthetic !== undefined) {
    const seed = parseSeed(weights ?? 'synthetic');
    const onnx = join(modelCacheFolder(process.env) ?? tmpdir(), `${model}-synthetic-${seed}.onnx`);
    writeSyntheticModel(onnx, synthetic.file(seed), { makeFolder: true });
    return { onnx, ...synthetic.spec };
  }
  if (BUILT_IN_ONNX.includes(model)) return { name: model };
  if (isOnnxPath(model)) return { onnx: resolve(model) };
  if (Object.hasOwn(BUILT_IN_MODELS, model)) {
    const hasOwn = builtInModel(model).weights.kind !== 'darknet-file';
    const usual = hasOwn ? undefined : 'synthetic';
    return { name: model, ...((weights ?? usual) && { weights: weights ?? usual }) };
  }
  const cfg = resolve(model);
  const beside = cfg.replace(/\.cfg$/, '.weights');
  return { cfg, weights: weights ?? (existsSync(beside) && beside !== cfg ? beside : 'synthetic') };
}
