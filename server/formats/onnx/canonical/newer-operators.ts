import { attributeOf, type Draft, float32Constant, operatorError, type Rewrite, type Surroundings } from './draft.js';

/** Makes nodes of one activation: each step has an operator and inputs, of which names of earlier steps are local. */
function steps(draft: Draft, all: readonly (readonly [operator: string, ...inputs: string[]])[]): readonly Draft[] {
  const output = draft.outputs[0]!;
  return all.map(([operator, ...inputs], i) => ({
    name: i === all.length - 1 ? draft.name : `${draft.name} step ${i}`,
    operator,
    attributes: {},
    inputs,
    outputs: [i === all.length - 1 ? output : stepName(draft, i)],
  }));
}

function stepName({ outputs }: Draft, step: number): string {
  return `${outputs[0]} step ${step}`;
}

function scalar(draft: Draft, name: string, value: number, around: Surroundings): string {
  return around.add(`${draft.name} ${name}`, float32Constant([value], []));
}

/** Mish, of operator set 18: x tanh(softplus(x)). */
export const mish: Rewrite = (draft) => {
  const x = draft.inputs[0]!;
  return steps(draft, [
    ['Softplus', x],
    ['Tanh', stepName(draft, 0)],
    ['Mul', x, stepName(draft, 1)],
  ]);
};

/** Gelu, of operator set 20: x (1 + erf(x / sqrt 2)) / 2. */
export const gelu: Rewrite = (draft, around) => {
  const x = draft.inputs[0]!;
  if (attributeOf(draft, 'approximate', 'text') === 'tanh') {
    throw operatorError(
      draft,
      'has approximate=tanh, which operator set 17 has not; export the model for operator set 17',
    );
  }
  const at = (step: number) => stepName(draft, step);
  return steps(draft, [
    ['Mul', x, scalar(draft, 'root', Math.SQRT1_2, around)],
    ['Erf', at(0)],
    ['Add', at(1), scalar(draft, 'one', 1, around)],
    ['Mul', x, at(2)],
    ['Mul', at(3), scalar(draft, 'half', 0.5, around)],
  ]);
};

/** Swish, of operator set 24: x sigmoid(alpha x). */
export const swish: Rewrite = (draft, around) => {
  const x = draft.inputs[0]!;
  const alpha = attributeOf(draft, 'alpha', 'float') ?? 1;
  const scaled = alpha === 1 ? [] : [['Mul', x, scalar(draft, 'alpha', alpha, around)] as const];
  return steps(draft, [
    ...scaled,
    ['Sigmoid', scaled.length === 0 ? x : stepName(draft, 0)],
    ['Mul', x, stepName(draft, scaled.length)],
  ]);
};

/** Operators that operator set 17 does not have, and that are not made of others. */
const NEWER: ReadonlySet<string> = new Set(
  (
    'AffineGrid Attention BitCast BitwiseAnd BitwiseNot BitwiseOr BitwiseXor CenterCropPad Col2Im CumProd DeformConv ' +
    'GroupNormalization ImageDecoder RMSNormalization RegexFullMatch RotaryEmbedding StringConcat StringSplit TensorScatter'
  ).split(' '),
);

/** @throws DT_ONNX_OPERATOR for an operator that operator set 17 does not have. */
export function refuseNewer(draft: Draft): void {
  if (!NEWER.has(draft.operator)) return;
  throw operatorError(
    draft,
    'is an operator that operator set 17 has not; export the model for operator set 17 or lower',
  );
}
