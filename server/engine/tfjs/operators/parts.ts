import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { floatsIn } from '../../../graph/floats.js';
import { type GraphNode, integerOf, textOf } from '../../../graph/graph.js';
import { integersIn } from '../../../graph/integers.js';
import { byPlace, commonLayout, placeOf, sliceOf } from '../layout.js';
import type { LoadContext, LoadOperation } from '../operation.js';
import type { Tfjs } from '../tfjs-backend.js';
import { integersAt } from './constant-inputs.js';
import { everyNth } from './map-windows.js';

/** An operation on one value, whatever the order of its axes. */
const onValue =
  (
    load: (
      node: GraphNode,
      context: LoadContext,
      placeOfAxis: (axis: number) => number,
    ) => (x: Tensor) => readonly Tensor[],
  ): LoadOperation =>
  (node, context) => {
    const name = node.inputs[0]!;
    const layout = context.layoutOf(name);
    const rank = context.rankOf(name);
    const run = load(node, context, (axis) => placeOf(axis, rank, layout));
    return { reads: [{ name, layout }], layout, run: ([x]) => run(x!) };
  };

export const concat: LoadOperation = (node, context) => {
  const { tfjs } = context;
  const layout = commonLayout(node.inputs, context);
  const place = placeOf(integerOf(node, 'axis', 0), context.rankOf(node.inputs[0]!), layout);
  return {
    reads: node.inputs.map((name) => ({ name, layout })),
    layout,
    run: (tensors) => [tensors.length === 1 ? tfjs.clone(tensors[0]!) : tfjs.concat([...tensors], place)],
  };
};

export const split = onValue((node, context, placeOfAxis) => {
  const { tfjs } = context;
  const place = placeOfAxis(integerOf(node, 'axis', 0));
  const sizes = integersAt(node, context, 1);
  const { length } = node.outputs;
  return (x) => {
    const each = Math.ceil(x.shape[place]! / length);
    const even = Array.from({ length }, (_, i) => Math.min(each, x.shape[place]! - i * each));
    return tfjs.split(x, [...(sizes ?? even)], place);
  };
});

/** The part of an axis that a Slice takes; with `isBackward` of the axis turned round. */
interface AxisPart {
  readonly begin: number;
  readonly end: number;
  readonly step: number;
  readonly isBackward: boolean;
}

function axisPart(size: number, start: number, end: number, step: number): AxisPart {
  const at = (given: number, least: number, most: number) =>
    Math.min(most, Math.max(least, given < 0 ? given + size : given));
  if (step > 0) return { begin: at(start, 0, size), end: at(end, 0, size), step, isBackward: false };
  const [first, last] = [at(start, -1, size - 1), at(end, -1, size - 1)];
  return { begin: size - 1 - first, end: size - 1 - last, step: -step, isBackward: true };
}

export const slice: LoadOperation = (node, context) => {
  const { tfjs } = context;
  const name = node.inputs[0]!;
  const rank = context.rankOf(name);
  const [starts, ends] = [integersAt(node, context, 1)!, integersAt(node, context, 2)!];
  const axes = (integersAt(node, context, 3) ?? starts.map((_, axis) => axis)).map((axis) =>
    placeOf(axis, rank, 'graph'),
  );
  const steps = integersAt(node, context, 4) ?? starts.map(() => 1);
  const isStepped = steps.some((step) => Math.abs(step) > 1);
  // Rows and columns of maps can be pooled.
  const isPooled =
    isStepped &&
    rank === 4 &&
    context.typeOf(name) === 'float32' &&
    axes.every((axis, i) => axis > 1 || Math.abs(steps[i]!) === 1);
  const layout = isPooled ? 'channelsLast' : context.layoutOf(name);
  const places = axes.map((axis) => placeOf(axis, rank, layout));
  const partsOf = (shape: readonly number[]) =>
    shape.map((size, place) => {
      const i = places.indexOf(place);
      return i === -1 ? axisPart(size, 0, size, 1) : axisPart(size, starts[i]!, ends[i]!, steps[i]!);
    });
  const run = (x: Tensor): Tensor => {
    const parts = partsOf(x.shape);
    const backward = [...parts.keys()].filter((place) => parts[place]!.isBackward);
    const turned = backward.length === 0 ? x : tfjs.reverse(x, backward);
    const [begin, end] = [parts.map((part) => part.begin), parts.map((part) => part.end)];
    if (isStepped && !isPooled)
      return tfjs.stridedSlice(
        turned,
        begin,
        end,
        parts.map(({ step }) => step),
      );
    const whole = sliceOf(
      tfjs,
      turned,
      begin,
      parts.map((part) => part.end - part.begin),
    );
    return isPooled ? everyNth(tfjs, whole as Tensor4D, [parts[1]!.step, parts[2]!.step]) : whole;
  };
  return { reads: [{ name, layout }], layout, run: ([x]) => [run(x!)] };
};

export const gather: LoadOperation = (node, context) => {
  const { tfjs } = context;
  const [name, indexName] = node.inputs as [string, string];
  const rank = context.rankOf(name);
  const axis = placeOf(integerOf(node, 'axis', 0), rank, 'graph');
  const { shape, ...elements } = context.constant(indexName)!;
  const indices = integersIn({ shape, ...elements });
  // With one index for each cell that it puts out, its axes keep their places.
  const layout = shape.length === 1 ? context.layoutOf(name) : 'graph';
  const place = placeOf(axis, rank, layout);
  return {
    reads: [{ name, layout }],
    layout,
    run: ([x]) => {
      const size = x!.shape[place]!;
      const cells = Int32Array.from(indices, (index) => (index < 0 ? index + size : index));
      const taken = tfjs.gather(x!, tfjs.tensor1d(cells, 'int32'), place);
      return [
        shape.length === 1
          ? taken
          : tfjs.reshape(taken, [...x!.shape.slice(0, axis), ...shape, ...x!.shape.slice(axis + 1)]),
      ];
    },
  };
};

export const pad: LoadOperation = (node, context) => {
  const { tfjs } = context;
  const name = node.inputs[0]!;
  const layout = context.layoutOf(name);
  const rank = context.rankOf(name);
  const numbers = integersAt(node, context, 1)!;
  const pads = byPlace(
    Array.from({ length: rank }, (_, axis) => [numbers[axis]!, numbers[axis + rank]!] as const),
    layout,
  );
  const value = context.constant(node.inputs[2]);
  const fill = value === undefined ? 0 : floatsIn(value)[0]!;
  const mode = textOf(node, 'mode', 'constant');
  return {
    reads: [{ name, layout }],
    layout,
    run: ([x]) => [mode === 'constant' ? surrounded(tfjs, x!, pads, fill) : mirrored(tfjs, x!, pads, mode)],
  };
};

type Pads = readonly (readonly [number, number])[];

/** Negative pads cut off. */
function surrounded(tfjs: Tfjs, x: Tensor, pads: Pads, fill: number): Tensor {
  const larger = tfjs.pad(
    x,
    pads.map(([before, after]) => [Math.max(0, before), Math.max(0, after)]),
    fill,
  );
  if (pads.every(([before, after]) => before >= 0 && after >= 0)) return larger;
  const begin = pads.map(([before]) => Math.max(0, -before));
  const size = larger.shape.map((length, axis) => length - begin[axis]! - Math.max(0, -pads[axis]![1]));
  return sliceOf(tfjs, larger, begin, size);
}

/** Repeats the cells of the border (`edge`), or those before it in turn (`reflect`). */
function mirrored(tfjs: Tfjs, x: Tensor, pads: Pads, mode: string): Tensor {
  let result = tfjs.clone(x);
  for (const [axis, [before, after]] of pads.entries()) {
    if (before === 0 && after === 0) continue;
    const last = result.shape[axis]! - 1;
    const cellAt = (at: number) => {
      if (mode === 'edge') return Math.min(last, Math.max(0, at));
      return last - Math.abs(last - Math.abs(at));
    };
    const cells = Int32Array.from({ length: before + last + 1 + after }, (_, i) => cellAt(i - before));
    result = tfjs.gather(result, tfjs.tensor1d(cells, 'int32'), axis);
  }
  return result;
}

export const depthToSpace: LoadOperation = (node, { tfjs }) => {
  const size = integerOf(node, 'blocksize', 1);
  const isByColumnRow = textOf(node, 'mode', 'DCR') === 'CRD';
  return {
    reads: [{ name: node.inputs[0]!, layout: 'channelsLast' }],
    layout: 'channelsLast',
    run: ([x]) => {
      const [, height, width, channels] = x!.shape as [number, number, number, number];
      const depth = channels / (size * size);
      const [blocks, order] = isByColumnRow
        ? [
            [height, width, depth, size, size],
            [0, 3, 1, 4, 2],
          ]
        : [
            [height, width, size, size, depth],
            [0, 2, 1, 3, 4],
          ];
      const cells = tfjs.transpose(tfjs.reshape(x!, blocks), order);
      return [tfjs.reshape(cells, [1, height * size, width * size, depth])];
    },
  };
};

export const spaceToDepth: LoadOperation = (node, { tfjs }) => {
  const size = integerOf(node, 'blocksize', 1);
  return {
    reads: [{ name: node.inputs[0]!, layout: 'channelsLast' }],
    layout: 'channelsLast',
    run: ([x]) => {
      const [, height, width, channels] = x!.shape as [number, number, number, number];
      const blocks = tfjs.reshape(x!, [height / size, size, width / size, size, channels]);
      const cells = tfjs.transpose(blocks, [0, 2, 1, 3, 4]);
      return [tfjs.reshape(cells, [1, height / size, width / size, size * size * channels])];
    },
  };
};
