import {
  attributeOf,
  constantIntegers,
  type Draft,
  float32Constant,
  int64Constant,
  operatorError,
  type Rewrite,
  type Surroundings,
  withAttributes,
  withInputs,
} from './draft.js';

/** Clip had its bounds as attributes before operator set 11. */
export const clip: Rewrite = (draft, around) => {
  if (around.opset >= 11) return draft;
  const bound = (name: 'min' | 'max') => {
    const value = attributeOf(draft, name, 'float');
    return value === undefined ? '' : around.add(`${draft.name} ${name}`, float32Constant([value], []));
  };
  return withInputs(draft, 1, [bound('min'), bound('max')], 'min', 'max');
};

/** Split's sizes: an attribute before operator set 13, an input or a count of outputs since 18. */
export const split: Rewrite = (draft, around) => {
  const { shape } = around.shapeOf(draft.inputs[0]!);
  const axis = attributeOf(draft, 'axis', 'integer') ?? 0;
  const size = shape.at(axis);
  if (size === undefined) throw operatorError(draft, `splits axis ${axis} of ${shape.length}`);
  const count = draft.outputs.length;
  const each = Math.ceil(size / count);
  const even = Array.from({ length: count }, (_, i) => Math.min(each, size - i * each));
  const given = around.opset < 13 ? attributeOf(draft, 'split', 'integers') : constantIntegers(draft, 1, around);
  const sizes = around.add(`${draft.name} sizes`, int64Constant(given ?? even));
  return withInputs(draft, 1, [sizes], 'split', 'num_outputs');
};

/** Pad's pads: an attribute before operator set 11, of some axes only since 18. */
export const pad: Rewrite = (draft, around) => {
  const rank = around.shapeOf(draft.inputs[0]!).shape.length;
  if (attributeOf(draft, 'mode', 'text') === 'wrap') {
    throw operatorError(draft, 'has mode=wrap, which operator set 17 has not; export the model with another mode');
  }
  if (around.opset < 11) {
    const pads = int64Constant(attributeOf(draft, 'pads', 'integers') ?? []);
    const value = float32Constant([attributeOf(draft, 'value', 'float') ?? 0], []);
    const inputs = [around.add(`${draft.name} pads`, pads), around.add(`${draft.name} value`, value)];
    return withInputs(draft, 1, inputs, 'pads', 'value');
  }
  const axes = constantIntegers(draft, 3, around)?.map((axis) => (axis < 0 ? axis + rank : axis));
  if (axes === undefined) return draft;
  const given = constantIntegers(draft, 1, around) ?? [];
  const all = Array.from({ length: 2 * rank }, (_, i) => {
    const place = axes.indexOf(i % rank);
    return place === -1 ? 0 : (given[i < rank ? place : place + axes.length] ?? 0);
  });
  const pads = around.add(`${draft.name} pads`, int64Constant(all));
  return withInputs(draft, 1, [pads, draft.inputs[2] ?? '']);
};

/** Slice had everything as attributes before operator set 10. */
export const slice: Rewrite = (draft, around) => {
  if (around.opset >= 10) return draft;
  const inputs = ['starts', 'ends', 'axes'].map((name) => asInput(draft, name, around));
  return withInputs(draft, 1, inputs, 'starts', 'ends', 'axes');
};

/** ReduceSum without axes reduces all of them, or does nothing where it says so. */
export const reduceSum: Rewrite = (draft, around) => {
  if (around.opset < 13) return axesAsInput(draft, around);
  const axes = constantIntegers(draft, 1, around);
  if (axes === undefined && attributeOf(draft, 'noop_with_empty_axes', 'integer') === 1) return identity(draft);
  const plain = withAttributes(draft, { noop_with_empty_axes: undefined });
  return axes === undefined ? withInputs(plain, 1, []) : plain;
};

/** Squeeze, Unsqueeze and ReduceSum had their axes as an attribute before operator set 13. */
export const axesAsInput: Rewrite = (draft, around) =>
  around.opset >= 13 ? draft : withInputs(draft, 1, [asInput(draft, 'axes', around)], 'axes');

/** The other reductions have their axes as an attribute until operator set 18, and as an input from then on. */
export const axesAsAttribute: Rewrite = (draft, around) => {
  if (around.opset < 18) return draft;
  const axes = constantIntegers(draft, 1, around);
  if (axes === undefined && attributeOf(draft, 'noop_with_empty_axes', 'integer') === 1) return identity(draft);
  const { inputs } = draft;
  return withAttributes(
    { ...draft, inputs: inputs.slice(0, 1) },
    { axes: axes && { integers: axes }, noop_with_empty_axes: undefined },
  );
};

/** TopK had its count as an attribute before operator set 10. */
export const topK: Rewrite = (draft, around) => {
  if (around.opset >= 10) return draft;
  const count = around.add(`${draft.name} k`, int64Constant([attributeOf(draft, 'k', 'integer') ?? 1]));
  return withInputs(draft, 1, [count], 'k');
};

/** Softmax and its like were of all axes from `axis` on, taken together, before operator set 13. */
export const softmax: Rewrite = (draft, around) => {
  const { shape } = around.shapeOf(draft.inputs[0]!);
  const given = attributeOf(draft, 'axis', 'integer') ?? (around.opset < 13 ? 1 : -1);
  const axis = given < 0 ? given + shape.length : given;
  const isOfOneAxis = around.opset >= 13 || shape.slice(axis + 1).every((size) => size === 1);
  if (isOfOneAxis) return withAttributes(draft, { axis: { integer: axis } });
  const [output] = draft.outputs as [string];
  const [flat, result] = [`${output} flat`, `${output} flat result`];
  const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);
  const flatShape = [product(shape.slice(0, axis)), product(shape.slice(axis))];
  const reshape = (name: string, from: string, to: string, sizes: readonly number[]): Draft => ({
    ...{ name, operator: 'Reshape', attributes: {}, outputs: [to] },
    inputs: [from, around.add(`${name} shape`, int64Constant(sizes))],
  });
  return [
    reshape(`${draft.name} flattened`, draft.inputs[0]!, flat, flatShape),
    { ...withAttributes(draft, { axis: { integer: 1 } }), inputs: [flat], outputs: [result] },
    reshape(`${draft.name} restored`, result, output, shape),
  ];
};

/** Training's attributes and outputs go. */
export const batchNormalization: Rewrite = (draft) => {
  const isTraining = attributeOf(draft, 'training_mode', 'integer') === 1;
  const [output, ...others] = draft.outputs;
  if (isTraining || others.some((name) => name !== '')) {
    throw operatorError(draft, 'is in training mode; export the model for inference (model.eval())');
  }
  if (attributeOf(draft, 'spatial', 'integer') === 0) {
    throw operatorError(draft, 'has spatial=0, which is not supported; export the model for operator set 17');
  }
  const plain = withAttributes(draft, { momentum: undefined, training_mode: undefined, spatial: undefined });
  return { ...plain, outputs: [output!] };
};

export const renamed =
  (operator: string): Rewrite =>
  (draft) => ({ ...draft, operator });

/** A node that hands its first input on. */
export function identity(draft: Draft): Draft {
  const { inputs, outputs } = draft;
  return { ...draft, operator: 'Identity', attributes: {}, inputs: inputs.slice(0, 1), outputs: outputs.slice(0, 1) };
}

function asInput(draft: Draft, name: string, around: Surroundings): string {
  const integers = attributeOf(draft, name, 'integers');
  return integers === undefined ? '' : around.add(`${draft.name} ${name}`, int64Constant(integers));
}
