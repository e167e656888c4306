import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { floatsIn } from '../../../graph/floats.js';
import { elementCount, type GraphNode, textOf } from '../../../graph/graph.js';
import { byPlace } from '../layout.js';
import type { LoadOperation } from '../operation.js';
import type { Tfjs } from '../tfjs-backend.js';
import { resizedLength, resizeMatrix } from './resize-matrix.js';

export const resize: LoadOperation = (node, context) => {
  const { tfjs } = context;
  const name = node.inputs[0]!;
  const layout = context.rankOf(name) === 4 ? 'channelsLast' : 'graph';
  const scales = byPlace([...floatsIn(context.constant(node.inputs[2])!)], layout);
  const whole = layout === 'channelsLast' ? wholeMapResize(tfjs, node, scales) : null;
  return {
    reads: [{ name, layout }],
    layout,
    run: ([x]) => [whole?.(x as Tensor4D) ?? resizeByAxis(tfjs, node, x!, scales)],
  };
};

type MapResize = (map: Tensor4D) => Tensor4D | null;

/** The library's own resizing, where it is what the node asks for; null where it is not, as it may be for maps of some sizes. */
function wholeMapResize(tfjs: Tfjs, node: GraphNode, scales: readonly number[]): MapResize | null {
  const [batch, down, across, channels] = scales as [number, number, number, number];
  if (batch !== 1 || channels !== 1) return null;
  const places = textOf(node, 'coordinate_transformation_mode', 'half_pixel');
  const isLinear = textOf(node, 'mode', 'nearest') === 'linear';
  const rounding = textOf(node, 'nearest_mode', 'round_prefer_floor');
  // The library computes with sizes in place of scales.
  const sizesOf = ({ shape }: Tensor4D): [number, number] | null => {
    const sizes: [number, number] = [resizedLength(shape[1], down), resizedLength(shape[2], across)];
    const isExact = sizes[0] === shape[1] * down && sizes[1] === shape[2] * across;
    return isExact || (isLinear && places === 'align_corners') ? sizes : null;
  };
  const withSizes =
    (run: (map: Tensor4D, sizes: [number, number]) => Tensor4D): MapResize =>
    (map) => {
      const sizes = sizesOf(map);
      return sizes && run(map, sizes);
    };
  if (isLinear && LINEAR_PLACES.has(places)) {
    const [corners, centres] = [places === 'align_corners', places === 'half_pixel'];
    return withSizes((map, sizes) => tfjs.image.resizeBilinear(map, sizes, corners, centres));
  }
  const isNearest = textOf(node, 'mode', 'nearest') === 'nearest';
  const isOwnCell = isNearest && [down, across].every((scale) => isBlocks(scale, places, rounding));
  return isOwnCell ? withSizes((map, sizes) => tfjs.image.resizeNearestNeighbor(map, sizes)) : null;
}

const LINEAR_PLACES = new Set(['align_corners', 'asymmetric', 'half_pixel']);

/** Whether each cell becomes a block of itself. By factors that are no powers of two the library's rounding may miss a cell. */
function isBlocks(scale: number, places: string, rounding: string): boolean {
  if (!Number.isInteger(Math.log2(scale)) || scale < 1) return false;
  if (places === 'asymmetric' || places === 'tf_half_pixel_for_nn') return rounding === 'floor';
  return places !== 'align_corners' && rounding.startsWith('round');
}

/** One axis after another, as a product with a matrix: the library's own gathering takes longer. */
function resizeByAxis(tfjs: Tfjs, node: GraphNode, x: Tensor, scales: readonly number[]): Tensor {
  return scales.reduce((before, scale, axis) => {
    const { shape } = before;
    const size = shape[axis]!;
    // A scale of 1 takes each cell as it is, whatever the mode.
    if (scale === 1) return before;
    const [outer, inner] = [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis + 1))];
    const length = resizedLength(size, scale);
    const matrix = tfjs.tensor3d(resizeMatrix(node, size, scale), [1, length, size]);
    return tfjs.reshape(tfjs.matMul(matrix, tfjs.reshape(before, [outer, size, inner])), shape.with(axis, length));
  }, tfjs.clone(x));
}
