import { floatOf, type GraphNode, integerOf, textOf } from '../../../graph/graph.js';

/** A cell of the input, and its share of a cell of the output. */
interface Tap {
  readonly cell: number;
  readonly weight: number;
}

/** Returns the matrix, `[cells of the output, cells of the input]`, that resizes along one axis. */
export function resizeMatrix(node: GraphNode, size: number, scale: number): Float32Array {
  const tapsOf = tapRule(node, size);
  const places = resizedPlaces(node, size, scale);
  const matrix = new Float32Array(places.length * size);
  for (const [row, place] of places.entries()) {
    for (const { cell, weight } of tapsOf(place)) {
      matrix[row * size + Math.min(size - 1, Math.max(0, cell))]! += weight;
    }
  }
  return matrix;
}

function resizedPlaces(node: GraphNode, size: number, scale: number): readonly number[] {
  const length = resizedLength(size, scale);
  const placeOf = placeRule(textOf(node, 'coordinate_transformation_mode', 'half_pixel'), { length, scale, size });
  return Array.from({ length }, (_, cell) => placeOf(cell));
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

/** One tap where it takes the nearest cell, two where linear, four where cubic; those outside count at the border. */
function tapRule(node: GraphNode, size: number): (place: number) => readonly Tap[] {
  switch (textOf(node, 'mode', 'nearest')) {
    case 'nearest': {
      const rounding = textOf(node, 'nearest_mode', 'round_prefer_floor');
      return (place) => [{ cell: rounded(place, rounding), weight: 1 }];
    }
    case 'linear':
      return (place) => {
        const inside = Math.min(size - 1, Math.max(0, place));
        const cell = Math.floor(inside);
        const weight = inside - cell;
        return [
          { cell, weight: 1 - weight },
          { cell: cell + 1, weight },
        ];
      };
    default: {
      const a = floatOf(node, 'cubic_coeff_a', -0.75);
      const excludesOutside = integerOf(node, 'exclude_outside', 0) === 1;
      return (place) => {
        const taps = cubicTaps(place, a);
        if (!excludesOutside) return taps;
        const inside = taps.filter(({ cell }) => cell >= 0 && cell < size);
        const sum = inside.reduce((total, { weight }) => total + weight, 0);
        return inside.map(({ cell, weight }) => ({ cell, weight: weight / sum }));
      };
    }
  }
}

function rounded(place: number, mode: string): number {
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
}

/** Cubic convolution (Keys 1981). */
function cubicTaps(place: number, a: number): readonly Tap[] {
  const weightAt = (distance: number) => {
    const x = Math.abs(distance);
    if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  };
  const first = Math.floor(place) - 1;
  return [0, 1, 2, 3].map((tap) => ({ cell: first + tap, weight: weightAt(place - first - tap) }));
}
