import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { floatsIn } from '../../../graph/floats.js';
import { type GraphNode, textOf } from '../../../graph/graph.js';
import { byPlace } from '../layout.js';
import type { LoadOperation } from '../operation.js';
import type { Tfjs } from '../tfjs-backend.js';
import { resizedLength, resizeTaps } from './resize-taps.js';

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

type MapResize = (map: Tensor4D) => Tensor4D;

/** The library's own enlargement, where it is what the node asks for; otherwise null. */
function wholeMapResize(tfjs: Tfjs, node: GraphNode, scales: readonly number[]): MapResize | null {
  const [batch, down, across, channels] = scales as [number, number, number, number];
  const isWhole = batch === 1 && channels === 1 && [down, across].every((scale) => Number.isInteger(scale));
  if (!isWhole) return null;
  const sizeOf = ({ shape }: Tensor4D): [number, number] => [
    resizedLength(shape[1], down),
    resizedLength(shape[2], across),
  ];
  const places = textOf(node, 'coordinate_transformation_mode', 'half_pixel');
  const rounding = textOf(node, 'nearest_mode', 'round_prefer_floor');
  switch (textOf(node, 'mode', 'nearest')) {
    case 'nearest': {
      // Each cell becomes a block of itself.
      const isOwnCell =
        places === 'asymmetric' || places === 'tf_half_pixel_for_nn'
          ? rounding === 'floor'
          : places !== 'align_corners' && rounding.startsWith('round');
      // By other factors the library's rounding may miss a cell.
      const isExact = [down, across].every((scale) => Number.isInteger(Math.log2(scale)));
      return isOwnCell && isExact ? (map) => tfjs.image.resizeNearestNeighbor(map, sizeOf(map)) : null;
    }
    case 'linear':
      if (places === 'asymmetric') return (map) => tfjs.image.resizeBilinear(map, sizeOf(map));
      if (places === 'align_corners') return (map) => tfjs.image.resizeBilinear(map, sizeOf(map), true);
      return places === 'half_pixel' ? (map) => tfjs.image.resizeBilinear(map, sizeOf(map), false, true) : null;
    default:
      return null;
  }
}

function resizeByAxis(tfjs: Tfjs, node: GraphNode, x: Tensor, scales: readonly number[]): Tensor {
  let result = x;
  for (const [axis, scale] of scales.entries()) {
    if (scale === 1) continue;
    const before = result;
    const shape = before.shape.map((_, i) => (i === axis ? -1 : 1));
    const parts = resizeTaps(node, before.shape[axis]!, scale).map(({ cells, weights }) => {
      const taken = tfjs.gather(before, tfjs.tensor1d(cells, 'int32'), axis);
      return weights === null ? taken : tfjs.mul(taken, tfjs.reshape(tfjs.tensor1d(weights), shape));
    });
    result = parts.reduce((sum, part) => tfjs.add(sum, part));
  }
  return result === x ? tfjs.clone(x) : result;
}
