import { floatOf, type GraphNode, integerOf, textOf } from '../../../graph/graph.js';

/** For each output cell of an axis: a cell of the input, and its weight. An output cell is the sum over all taps. */
export interface ResizeTap {
  readonly cells: Int32Array;
  /** null: 1 for each. */
  readonly weights: Float32Array | null;
}

/** Returns the taps of a Resize along one axis: one where it takes the nearest cell, two where linear, four where cubic. */
export function resizeTaps(node: GraphNode, size: number, scale: number): readonly ResizeTap[] {
  const length = resizedLength(size, scale);
  const placeOf = placeRule(textOf(node, 'coordinate_transformation_mode', 'half_pixel'), { length, scale, size });
  // A scale of 1 takes each cell as it is.
  const places = Array.from({ length }, (_, cell) => (scale === 1 ? cell : placeOf(cell)));
  switch (textOf(node, 'mode', 'nearest')) {
    case 'nearest':
      return [nearestTap(places, size, textOf(node, 'nearest_mode', 'round_prefer_floor'))];
    case 'linear':
      return linearTaps(places, size);
    default:
      return cubicTaps(places, size, {
        a: floatOf(node, 'cubic_coeff_a', -0.75),
        excludesOutside: integerOf(node, 'exclude_outside', 0) === 1,
      });
  }
}

/** Cells that a scale, a 32-bit float, makes of `size`. */
export function resizedLength(size: number, scale: number): number {
  return Math.floor(Math.fround(size * scale));
}

/** The place on the input, in 32 bits as ONNX has it, of a cell of the output. */
function placeRule(mode: string, { length, scale, size }: { length: number; scale: number; size: number }) {
  const { fround } = Math;
  const centre = (cell: number) => fround(fround(cell + 0.5) / scale);
  switch (mode) {
    case 'asymmetric':
      return (cell: number) => fround(cell / scale);
    case 'align_corners':
      return (cell: number) => (length === 1 ? 0 : fround((cell * (size - 1)) / (length - 1)));
    case 'pytorch_half_pixel':
      return (cell: number) => (length > 1 ? fround(centre(cell) - 0.5) : 0);
    case 'tf_half_pixel_for_nn':
      return centre;
    default:
      return (cell: number) => fround(centre(cell) - 0.5);
  }
}

function nearestTap(places: readonly number[], size: number, mode: string): ResizeTap {
  const round = (place: number) => {
    switch (mode) {
      case 'floor':
        return Math.floor(place);
      case 'ceil':
        return Math.ceil(place);
      case 'round_prefer_ceil':
        return Math.floor(place + 0.5);
      default:
        return Math.ceil(place - 0.5);
    }
  };
  return { cells: Int32Array.from(places, (place) => clamp(round(place), size)), weights: null };
}

function linearTaps(places: readonly number[], size: number): readonly ResizeTap[] {
  const inside = places.map((place) => Math.min(size - 1, Math.max(0, place)));
  const lower = Int32Array.from(inside, Math.floor);
  const share = Float32Array.from(inside, (place, i) => place - lower[i]!);
  return [
    { cells: lower, weights: share.map((one) => 1 - one) },
    { cells: lower.map((cell) => clamp(cell + 1, size)), weights: share },
  ];
}

/** Cubic convolution (Keys 1981). */
function cubicTaps(
  places: readonly number[],
  size: number,
  { a, excludesOutside }: { readonly a: number; readonly excludesOutside: boolean },
): readonly ResizeTap[] {
  const weightAt = (distance: number) => {
    const x = Math.abs(distance);
    if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  };
  const rows = places.map((place) => {
    const first = Math.floor(place) - 1;
    const weights = [0, 1, 2, 3].map((tap) => {
      const isOutside = first + tap < 0 || first + tap >= size;
      return isOutside && excludesOutside ? 0 : weightAt(place - first - tap);
    });
    const sum = excludesOutside ? weights.reduce((total, weight) => total + weight, 0) : 1;
    return { first, weights: weights.map((weight) => weight / sum) };
  });
  return [0, 1, 2, 3].map((tap) => ({
    cells: Int32Array.from(rows, ({ first }) => clamp(first + tap, size)),
    weights: Float32Array.from(rows, ({ weights }) => weights[tap]!),
  }));
}

function clamp(cell: number, size: number): number {
  return Math.min(size - 1, Math.max(0, cell));
}
