/**
 * Darknet's way of resizing a picture: plain bilinear sampling, corner to corner. Output pixel `o` of `outputs` looks at
 * `o * (inputs - 1) / (outputs - 1)` of the input, whatever lies between being skipped. It aliases, and the published
 * weights were trained on just that: smoother filters differ by 6 levels of 255 on average, and find other things.
 */

/** Pixels of three interleaved bytes, row by row: `[height, width, 3]`. */
export interface RgbPicture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Where to write: planes `[3, height, width]`, the picture at (left, top) with the given size. */
export interface PlanarTarget {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly scaledWidth: number;
  readonly scaledHeight: number;
}

interface AxisSampling {
  /** Per output pixel: the first input pixel it looks at, times the stride. */
  readonly first: Int32Array;
  /** The second; the same as the first at the end. */
  readonly second: Int32Array;
  /** Share of the second, 0 to 1. */
  readonly weight: Float64Array;
}

function sampleAxis(inputs: number, outputs: number, stride: number): AxisSampling {
  const first = new Int32Array(outputs);
  const second = new Int32Array(outputs);
  const weight = new Float64Array(outputs);
  const scale = outputs > 1 ? (inputs - 1) / (outputs - 1) : 0;
  for (let o = 0; o < outputs; o++) {
    // At the last output the product may fall short of, or pass, the last input by a rounding error.
    const at = Math.min(o * scale, inputs - 1);
    const whole = Math.floor(at);
    first[o] = whole * stride;
    second[o] = Math.min(whole + 1, inputs - 1) * stride;
    weight[o] = at - whole;
  }
  return { first, second, weight };
}

/**
 * Prepares the resizing of `source` into `target`; the returned function does rows `start <= row < end` of the scaled
 * picture, so that the caller can let others run in between.
 */
export function bilinearSampler(source: RgbPicture, target: PlanarTarget): (start: number, end: number) => void {
  const columns = sampleAxis(source.width, target.scaledWidth, 3);
  const rows = sampleAxis(source.height, target.scaledHeight, source.width * 3);
  return (start, end) => {
    for (let row = start; row < end; row++) sampleRow(source.data, columns, rows, row, target);
  };
}

function sampleRow(from: Uint8Array, columns: AxisSampling, rows: AxisSampling, row: number, target: PlanarTarget) {
  const { first, second, weight } = columns;
  const { data, scaledWidth } = target;
  const plane = target.width * target.height;
  const upper = rows.first[row]!;
  const lower = rows.second[row]!;
  const share = rows.weight[row]!;
  let to = (target.top + row) * target.width + target.left;
  for (let column = 0; column < scaledWidth; column++, to++) {
    const right = weight[column]!;
    const a = upper + first[column]!;
    const b = upper + second[column]!;
    const c = lower + first[column]!;
    const d = lower + second[column]!;
    for (let channel = 0, at = to; channel < 3; channel++, at += plane) {
      const above = from[a + channel]! + (from[b + channel]! - from[a + channel]!) * right;
      const below = from[c + channel]! + (from[d + channel]! - from[c + channel]!) * right;
      // Rounds: the value is never negative, and storing a byte cuts off the fraction.
      data[at] = above + (below - above) * share + 0.5;
    }
  }
}
