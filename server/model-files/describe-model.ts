import { readTextFile } from '../model/files/text-file.js';
import { parseLabels } from '../model/labels.js';
import { describeModel as describeDarknet } from '../model/model-source.js';
import type { Network } from '../model/network.js';
import { NO_REMARK, type Remark } from '../model/remark.js';
import { builtInOnnx } from './built-in-onnx.js';
import type { ModelSpec } from './model-spec.js';
import { describeOnnx } from './onnx-network.js';
import type { OnnxSpec } from './onnx-spec.js';

/**
 * The model's structure, without its weights: all that planning needs.
 *
 * @param remark receives what a user should know of the files although they can be used.
 * @throws DeepThingsError as `describeDarknet` and `describeOnnx`.
 */
export async function describeModel(spec: ModelSpec, remark: Remark = NO_REMARK): Promise<Network> {
  const onnx = onnxOf(spec, remark);
  return onnx === null ? describeDarknet(spec, remark) : (await describeOnnx(onnx)).network;
}

/** The ONNX file that a model is; null for one of Darknet's kind. */
export function onnxOf(spec: ModelSpec, remark: Remark = NO_REMARK): OnnxSpec | null {
  const { head, height, input, labels, name, onnx, width } = spec;
  const path = onnx ?? builtInOnnx(name);
  if (path === null) return null;
  const names = labels === undefined ? undefined : parseLabels(readTextFile(labels, 'labels', remark)).names;
  return { onnx: path, name: onnx === undefined ? name : undefined, labels: names, head, input, width, height };
}
