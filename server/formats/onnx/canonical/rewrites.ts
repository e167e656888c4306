import type { Draft, Rewrite, Surroundings } from './draft.js';
import { gelu, mish, refuseNewer, swish } from './newer-operators.js';
import {
  axesAsAttribute,
  axesAsInput,
  batchNormalization,
  clip,
  pad,
  reduceSum,
  renamed,
  slice,
  softmax,
  split,
  topK,
} from './older-forms.js';
import { resize, upsample } from './resize.js';
import { convolution, pooling, transposedConvolution } from './windows.js';

const REDUCTIONS = 'L1 L2 LogSum LogSumExp Max Mean Min Prod SumSquare'.split(' ').map((name) => `Reduce${name}`);

const REWRITES: ReadonlyMap<string, Rewrite> = new Map<string, Rewrite>([
  ['AveragePool', pooling],
  ['BatchNormalization', batchNormalization],
  ['Clip', clip],
  ['Conv', convolution],
  ['ConvTranspose', transposedConvolution],
  ['Gelu', gelu],
  ['Hardmax', softmax],
  ['LogSoftmax', softmax],
  ['MaxPool', pooling],
  ['Mish', mish],
  ['Pad', pad],
  ['ReduceSum', reduceSum],
  ['Resize', resize],
  ['Scatter', renamed('ScatterElements')],
  ['Slice', slice],
  ['Softmax', softmax],
  ['Split', split],
  ['Squeeze', axesAsInput],
  ['Swish', swish],
  ['TopK', topK],
  ['Unsqueeze', axesAsInput],
  ['Upsample', upsample],
  ...REDUCTIONS.map((name) => [name, axesAsAttribute] as const),
]);

/**
 * Returns a node in the form that operator set 17 and `outputShapes` have for it, as one node or several.
 *
 * @throws DT_ONNX_OPERATOR for a form that is not supported.
 */
export function canonicalForms(draft: Draft, around: Surroundings): readonly Draft[] {
  refuseNewer(draft);
  const rewritten = REWRITES.get(draft.operator)?.(draft, around) ?? draft;
  return 'operator' in rewritten ? [rewritten] : rewritten;
}
