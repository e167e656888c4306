import {
  attributeOf,
  constantFloats,
  constantIntegers,
  type Draft,
  float32Constant,
  operatorError,
  type Rewrite,
  type Surroundings,
  withAttributes,
} from './draft.js';

/** Rewrites a Resize of any operator set to one with `scales` for every axis. */
export const resize: Rewrite = (draft, around) => {
  const { shape } = around.shapeOf(draft.inputs[0]!);
  if (around.opset === 10) return simpleResize(draft, requiredScales(draft, constantFloats(draft, 1, around)), around);
  refuseForms(draft);
  const axes = attributeOf(draft, 'axes', 'integers')?.map((axis) => (axis < 0 ? axis + shape.length : axis));
  const spread = (given: readonly number[], otherwise: readonly number[]): readonly number[] => {
    const all = axes === undefined ? given : otherwise.map((own, axis) => given[axes.indexOf(axis)] ?? own);
    if (all.length !== shape.length) throw operatorError(draft, `resizes ${all.length} axes of ${shape.length}`);
    return all;
  };
  const scales = constantFloats(draft, 2, around);
  const sizes = scales === undefined ? constantIntegers(draft, 3, around) : undefined;
  const factors =
    sizes === undefined
      ? spread(
          requiredScales(draft, scales),
          shape.map(() => 1),
        )
      : spread(sizes, shape).map((size, axis) => scaleTo(draft, size, shape[axis]!));
  return finished(draft, factors, around, {
    axes: undefined,
    antialias: undefined,
    keep_aspect_ratio_policy: undefined,
  });
};

/** Rewrites the older Upsample, whose scales are an attribute or an input. */
export const upsample: Rewrite = (draft, around) => {
  const scales = attributeOf(draft, 'scales', 'floats') ?? constantFloats(draft, 1, around);
  return simpleResize({ ...draft, operator: 'Resize' }, requiredScales(draft, scales), around);
};

/** Upsample and the first Resize: a cell at x reads x / scale, rounded down where it gets larger, up where smaller. */
function simpleResize(draft: Draft, scales: readonly number[], around: Surroundings): Draft {
  const isSmaller = scales.some((scale) => scale < 1);
  if (isSmaller && scales.some((scale) => scale > 1)) {
    throw operatorError(draft, 'makes one axis larger and one smaller; export the model for operator set 17');
  }
  const mode = attributeOf(draft, 'mode', 'text') ?? 'nearest';
  return finished(draft, scales, around, {
    scales: undefined,
    mode: { text: mode === 'bilinear' ? 'linear' : mode },
    coordinate_transformation_mode: { text: 'asymmetric' },
    nearest_mode: mode === 'nearest' ? { text: isSmaller ? 'ceil' : 'floor' } : undefined,
  });
}

function finished(
  draft: Draft,
  scales: readonly number[],
  around: Surroundings,
  changes: Parameters<typeof withAttributes>[1],
): Draft {
  const name = around.add(`${draft.name} scales`, float32Constant(scales));
  const { shape } = around.shapeOf(draft.inputs[0]!);
  const place = attributeOf(draft, 'coordinate_transformation_mode', 'text');
  // The two differ for an output of one cell only, which a tile's may be where the map's is not.
  const isHalfPixel =
    place === 'pytorch_half_pixel' &&
    scales.every((scale, axis) => scale === 1 || Math.floor(shape[axis]! * scale) > 1);
  const mode = isHalfPixel ? { coordinate_transformation_mode: { text: 'half_pixel' } } : {};
  return withAttributes({ ...draft, inputs: [draft.inputs[0]!, '', name] }, { ...mode, ...changes });
}

function requiredScales(draft: Draft, scales: readonly number[] | undefined): readonly number[] {
  if (scales === undefined) throw operatorError(draft, 'has neither scales nor sizes');
  const wrong = scales.find((scale) => !(scale > 0 && scale < 2 ** 16));
  if (wrong !== undefined) throw operatorError(draft, `resizes by ${wrong}`);
  return scales;
}

function refuseForms(draft: Draft): void {
  const mode = attributeOf(draft, 'coordinate_transformation_mode', 'text');
  if (mode === 'tf_crop_and_resize' || mode === 'half_pixel_symmetric') {
    throw operatorError(
      draft,
      `has the coordinates of ${mode}, which is not supported; export the model with half_pixel`,
    );
  }
  if (attributeOf(draft, 'antialias', 'integer') === 1) {
    throw operatorError(draft, 'has antialias=1, which operator set 17 has not; export the model without it');
  }
  const policy = attributeOf(draft, 'keep_aspect_ratio_policy', 'text') ?? 'stretch';
  if (policy !== 'stretch') {
    throw operatorError(draft, `has keep_aspect_ratio_policy=${policy}; export the model with fixed sizes`);
  }
}

/**
 * Returns the scale that makes `to` cells of `from`, rounded down, all in 32 bits as engines compute it. Where `to / from` gives one
 * cell less, the next scale does, which is not for the mode that chooses a cell: it would choose another one.
 */
function scaleTo(draft: Draft, to: number, from: number): number {
  const exact = Math.fround(to / from);
  let scale = exact;
  while (Math.floor(Math.fround(scale * from)) < to) scale = nextFloat(scale);
  if (scale === exact || (attributeOf(draft, 'mode', 'text') ?? 'nearest') !== 'nearest') return scale;
  throw operatorError(
    draft,
    `resizes ${from} cells to ${to}, which no 32-bit scale does; export the model with scales`,
  );
}

function nextFloat(value: number): number {
  const bits = new Int32Array(Float32Array.of(value).buffer);
  bits[0]!++;
  return new Float32Array(bits.buffer)[0]!;
}
