import { attributeOf, type Draft, operatorError, type Rewrite, type Surroundings, withAttributes } from './draft.js';

/** A window operator's numbers, one a spatial axis. */
interface Windows {
  readonly sizes: readonly number[];
  /** Dilation included. */
  readonly kernels: readonly number[];
  readonly strides: readonly number[];
  readonly begins: readonly number[];
  readonly ends: readonly number[];
}

/** Gives a convolution explicit kernel, strides, dilations and pads. */
export const convolution: Rewrite = (draft, around) => {
  const { windows, kernel, dilations } = readWindows(draft, around);
  return explicit(draft, windows, kernel, dilations);
};

/**
 * Gives a pooling explicit kernel, strides and pads: `ceil_mode` becomes end padding of what the last window lacks. A pooling
 * whose window is the map is a global one.
 */
export const pooling: Rewrite = (draft, around) => {
  const { windows: floor, kernel, dilations } = readWindows(draft, around);
  if (attributeOf(draft, 'storage_order', 'integer') === 1 || (draft.outputs[1] ?? '') !== '') {
    throw operatorError(
      draft,
      'puts out where its maxima were, which is not supported; export the model without unpooling',
    );
  }
  const lacking = attributeOf(draft, 'ceil_mode', 'integer') === 1 ? lackingCells(floor) : floor.sizes.map(() => 0);
  const hasOverhang = lacking.some((cells) => cells > 0);
  const windows = { ...floor, ends: floor.ends.map((end, axis) => end + lacking[axis]!) };
  const isPadded = [...windows.begins, ...windows.ends].some((cells) => cells > 0);
  const plain = withAttributes(explicit(draft, windows, kernel, dilations), {
    ceil_mode: undefined,
    storage_order: undefined,
  });
  if (draft.operator !== 'AveragePool') return plain;
  const countsPadding = attributeOf(draft, 'count_include_pad', 'integer') === 1;
  if (countsPadding && hasOverhang) {
    throw operatorError(
      draft,
      'has ceil_mode=1 and count_include_pad=1, whose averages at the border programs compute differently; ' +
        'export the model with one of the two',
    );
  }
  if (dilations.some((dilation) => dilation !== 1))
    throw operatorError(draft, 'is dilated, which operator set 17 has not');
  const isGlobal = !isPadded && windows.sizes.every((size, axis) => size === windows.kernels[axis]);
  if (isGlobal) return { ...draft, operator: 'GlobalAveragePool', attributes: {} };
  return withAttributes(plain, {
    dilations: undefined,
    count_include_pad: countsPadding && isPadded ? { integer: 1 } : undefined,
  });
};

/** Gives a transposed convolution explicit kernel, strides, dilations, pads and output padding. */
export const transposedConvolution: Rewrite = (draft, around) => {
  const { windows, kernel, dilations } = readWindows(draft, around, false);
  const autoPad = attributeOf(draft, 'auto_pad', 'text') ?? 'NOTSET';
  const extra = attributeOf(draft, 'output_padding', 'integers') ?? windows.sizes.map(() => 0);
  const wanted =
    attributeOf(draft, 'output_shape', 'integers')?.slice(-windows.sizes.length) ??
    (autoPad.startsWith('SAME') ? windows.sizes.map((size, axis) => size * windows.strides[axis]!) : undefined);
  let { begins, ends } = windows;
  if (wanted !== undefined) {
    const totals = windows.sizes.map(
      (size, axis) => windows.strides[axis]! * (size - 1) + extra[axis]! + windows.kernels[axis]! - wanted[axis]!,
    );
    if (totals.some((total) => total < 0)) {
      throw operatorError(draft, `enlarges to ${wanted.join('x')}, more than its windows reach; export it with pads`);
    }
    const [small, large] = [totals.map((total) => Math.floor(total / 2)), totals.map((total) => Math.ceil(total / 2))];
    [begins, ends] = autoPad === 'SAME_UPPER' ? [small, large] : [large, small];
  }
  const isExtra = extra.some((cells) => cells > 0);
  return withAttributes(explicit(draft, { ...windows, begins, ends }, kernel, dilations), {
    output_shape: undefined,
    output_padding: isExtra ? { integers: extra } : undefined,
  });
};

function explicit(draft: Draft, windows: Windows, kernel: readonly number[], dilations: readonly number[]): Draft {
  return withAttributes(draft, {
    auto_pad: undefined,
    kernel_shape: { integers: kernel },
    strides: { integers: windows.strides },
    dilations: { integers: dilations },
    pads: { integers: [...windows.begins, ...windows.ends] },
  });
}

/** @param resolves whether `auto_pad` is that of windows over the input. */
function readWindows(draft: Draft, around: Surroundings, resolves = true) {
  const sizes = around.shapeOf(draft.inputs[0]!).shape.slice(2);
  const weights = draft.inputs[1];
  const kernel =
    attributeOf(draft, 'kernel_shape', 'integers') ?? (weights ? around.shapeOf(weights).shape.slice(2) : undefined);
  if (kernel === undefined || kernel.length !== sizes.length) {
    throw operatorError(draft, `has a window of ${kernel?.length ?? 0} axes on a map of ${sizes.length}`);
  }
  const listOf = (name: string, length: number, otherwise: number): readonly number[] => {
    const list = attributeOf(draft, name, 'integers') ?? Array.from({ length }, () => otherwise);
    if (list.length !== length || list.some((one) => one < otherwise || one > MOST_CELLS)) {
      throw operatorError(
        draft,
        `has ${name} [${list.join(', ')}], where ${length} of at least ${otherwise} are needed`,
      );
    }
    return list;
  };
  const dilations = listOf('dilations', sizes.length, 1);
  const pads = listOf('pads', 2 * sizes.length, 0);
  const windows: Windows = {
    sizes,
    kernels: kernel.map((size, axis) => dilations[axis]! * (size - 1) + 1),
    strides: listOf('strides', sizes.length, 1),
    begins: pads.slice(0, sizes.length),
    ends: pads.slice(sizes.length),
  };
  return { windows: resolves ? withResolvedPads(draft, windows) : windows, kernel, dilations };
}

/** Of a stride, a dilation or a padding. */
const MOST_CELLS = 100_000;

function withResolvedPads(draft: Draft, windows: Windows): Windows {
  const autoPad = attributeOf(draft, 'auto_pad', 'text') ?? 'NOTSET';
  if (autoPad === 'NOTSET' || autoPad === '') return windows;
  const none = windows.sizes.map(() => 0);
  if (autoPad === 'VALID') return { ...windows, begins: none, ends: none };
  if (!autoPad.startsWith('SAME_')) throw operatorError(draft, `has the unknown auto_pad ${JSON.stringify(autoPad)}`);
  const needed = windows.sizes.map((size, axis) => {
    const stride = windows.strides[axis]!;
    return (Math.ceil(size / stride) - 1) * stride + windows.kernels[axis]! - size;
  });
  // TensorFlow starts such windows at the map's corner, onnxruntime within the map.
  if (needed.some((cells) => cells < -1)) {
    throw operatorError(
      draft,
      `has auto_pad=${autoPad} with windows far apart, which programs compute differently; export it with pads`,
    );
  }
  const totals = needed.map((cells) => Math.max(0, cells));
  const [small, large] = [totals.map((total) => Math.floor(total / 2)), totals.map((total) => Math.ceil(total / 2))];
  return autoPad === 'SAME_UPPER'
    ? { ...windows, begins: small, ends: large }
    : { ...windows, begins: large, ends: small };
}

/** Cells that the last window lacks when outputs are counted up, by axis. A window that starts behind the map does not count. */
function lackingCells({ sizes, kernels, strides, begins, ends }: Windows): readonly number[] {
  return sizes.map((size, axis) => {
    const [kernel, stride, padded] = [kernels[axis]!, strides[axis]!, size + begins[axis]! + ends[axis]!];
    let last = Math.ceil((padded - kernel) / stride);
    if (last * stride >= size + begins[axis]!) last--;
    return Math.max(0, last * stride + kernel - padded);
  });
}
