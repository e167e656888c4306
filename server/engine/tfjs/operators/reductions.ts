import type { Tensor } from '@tensorflow/tfjs-core';
import { floatsIn } from '../../../graph/floats.js';
import { floatOf, type GraphNode, integerOf, integersOf } from '../../../graph/graph.js';
import { placeOf } from '../layout.js';
import type { Layout, LoadContext, LoadOperation } from '../operation.js';
import type { Tfjs } from '../tfjs-backend.js';
import { integersAt } from './constant-inputs.js';

type Reduce = (tfjs: Tfjs, x: Tensor, axis: number) => Tensor;

/** One axis after another, the last first: sums of a whole map in one row would lose digits. */
function reduceAxes(tfjs: Tfjs, x: Tensor, places: readonly number[], reduce: Reduce): Tensor {
  return places.toSorted((a, b) => b - a).reduce((before, place) => reduce(tfjs, before, place), tfjs.clone(x));
}

const reduction =
  (reduce: Reduce, before = (_tfjs: Tfjs, x: Tensor) => x, after = before): LoadOperation =>
  (node, context) => {
    const { tfjs } = context;
    const name = node.inputs[0]!;
    const rank = context.rankOf(name);
    const listed = integersAt(node, context, 1) ?? integersOf(node, 'axes', []);
    const axes = (listed.length > 0 ? listed : Array.from({ length: rank }, (_, axis) => axis)).map((axis) =>
      placeOf(axis, rank, 'graph'),
    );
    const isNothing = listed.length === 0 && integerOf(node, 'noop_with_empty_axes', 0) === 1;
    const keeps = integerOf(node, 'keepdims', 1) === 1;
    const layout = keeps ? context.layoutOf(name) : 'graph';
    const places = axes.map((axis) => placeOf(axis, rank, layout));
    return {
      reads: [{ name, layout }],
      layout,
      run: ([x]) => {
        if (isNothing) return [tfjs.clone(x!)];
        const all = after(tfjs, reduceAxes(tfjs, before(tfjs, x!), places, reduce));
        return [
          keeps
            ? all
            : tfjs.reshape(
                all,
                all.shape.filter((_, axis) => !places.includes(axis)),
              ),
        ];
      },
    };
  };

const mean: Reduce = (tfjs, x, axis) => tfjs.mean(x, axis, true);
const most: Reduce = (tfjs, x, axis) => tfjs.max(x, axis, true);
const sum: Reduce = (tfjs, x, axis) => tfjs.sum(x, axis, true);

const globally =
  (reduce: Reduce): LoadOperation =>
  (node, { tfjs }) => ({
    reads: [{ name: node.inputs[0]!, layout: 'channelsLast' }],
    layout: 'channelsLast',
    run: ([x]) => [reduceAxes(tfjs, x!, [1, 2], reduce)],
  });

const softmax =
  (isLogarithm: boolean): LoadOperation =>
  (node, context) => {
    const { tfjs } = context;
    const name = node.inputs[0]!;
    const rank = context.rankOf(name);
    const layout = context.layoutOf(name);
    const place = placeOf(integerOf(node, 'axis', -1), rank, layout);
    const run = (x: Tensor): Tensor => {
      if (!isLogarithm && place === rank - 1) return tfjs.softmax(x);
      const below = tfjs.sub(x, most(tfjs, x, place));
      const powers = tfjs.exp(below);
      const total = sum(tfjs, powers, place);
      return isLogarithm ? tfjs.sub(below, tfjs.log(total)) : tfjs.div(powers, total);
    };
    return { reads: [{ name, layout }], layout, run: ([x]) => [run(x!)] };
  };

function normalised(tfjs: Tfjs, x: Tensor, places: readonly number[], epsilon: number): Tensor {
  const centred = tfjs.sub(x, reduceAxes(tfjs, x, places, mean));
  const variance = reduceAxes(tfjs, tfjs.square(centred), places, mean);
  return tfjs.div(centred, tfjs.sqrt(tfjs.add(variance, epsilon)));
}

const batchNormalization: LoadOperation = (node, context) => {
  const { tfjs } = context;
  const name = node.inputs[0]!;
  const layout = context.layoutOf(name);
  const [factor, summand] = keptFactors(node, context, channelShape(context.rankOf(name), layout));
  return { reads: [{ name, layout }], layout, run: ([x]) => [tfjs.add(tfjs.mul(x!, factor), summand)] };
};

/** A factor and a summand for each channel. */
function keptFactors(node: GraphNode, { constant, keep, tfjs }: LoadContext, shape: number[]): [Tensor, Tensor] {
  const [scale, bias, means, variances] = [1, 2, 3, 4].map((i) => floatsIn(constant(node.inputs[i])!));
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  const factors = scale!.map((one, i) => one / Math.sqrt(variances![i]! + epsilon));
  const summands = bias!.map((one, i) => one - means![i]! * factors[i]!);
  const kept = (what: string, numbers: Float32Array) =>
    keep(`${node.name}: ${what}`, () => tfjs.tidy(() => tfjs.reshape(tfjs.tensor1d(numbers), shape)));
  return [kept('factor', factors), kept('summand', summands)];
}

function channelShape(rank: number, layout: Layout): number[] {
  return layout === 'channelsLast' ? [-1] : [-1, ...Array.from({ length: rank - 2 }, () => 1)];
}

const instanceNormalization: LoadOperation = (node, { tfjs }) => {
  const [name, scale, bias] = node.inputs as [string, string, string];
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  return {
    reads: [
      { name, layout: 'channelsLast' },
      { name: scale, layout: 'graph' },
      { name: bias, layout: 'graph' },
    ],
    layout: 'channelsLast',
    run: ([x, factor, summand]) => [tfjs.add(tfjs.mul(normalised(tfjs, x!, [1, 2], epsilon), factor!), summand!)],
  };
};

const layerNormalization: LoadOperation = (node, context) => {
  const { tfjs } = context;
  const names = node.inputs.filter((name) => name !== '');
  const rank = context.rankOf(names[0]!);
  const first = placeOf(integerOf(node, 'axis', -1), rank, 'graph');
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  const places = Array.from({ length: rank - first }, (_, i) => first + i);
  return {
    reads: names.map((name) => ({ name, layout: 'graph' })),
    layout: 'graph',
    run: ([x, scale, bias]) => {
      const scaled = tfjs.mul(normalised(tfjs, x!, places, epsilon), scale!);
      return [bias === undefined ? scaled : tfjs.add(scaled, bias)];
    },
  };
};

/** Over the channels around each. */
const localResponse: LoadOperation = (node, { tfjs }) => {
  const size = integerOf(node, 'size', 1);
  const [alpha, beta, bias] = [floatOf(node, 'alpha', 1e-4), floatOf(node, 'beta', 0.75), floatOf(node, 'bias', 1)];
  return {
    reads: [{ name: node.inputs[0]!, layout: 'channelsLast' }],
    layout: 'channelsLast',
    run: ([x]) => [tfjs.localResponseNormalization(x as never, (size - 1) / 2, bias, alpha / size, beta)],
  };
};

export const REDUCTIONS = {
  BatchNormalization: batchNormalization,
  GlobalAveragePool: globally(mean),
  GlobalMaxPool: globally(most),
  InstanceNormalization: instanceNormalization,
  LRN: localResponse,
  LayerNormalization: layerNormalization,
  LogSoftmax: softmax(true),
  ReduceL2: reduction(
    sum,
    (tfjs, x) => tfjs.square(x),
    (tfjs, x) => tfjs.sqrt(x),
  ),
  ReduceMax: reduction(most),
  ReduceMean: reduction(mean),
  ReduceMin: reduction((tfjs, x, axis) => tfjs.min(x, axis, true)),
  ReduceSum: reduction(sum),
  Softmax: softmax(false),
} as const satisfies Record<string, LoadOperation>;
