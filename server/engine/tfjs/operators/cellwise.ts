import type { Tensor } from '@tensorflow/tfjs-core';
import { floatsIn } from '../../../graph/floats.js';
import { floatOf, type GraphNode } from '../../../graph/graph.js';
import { commonLayout } from '../layout.js';
import type { LoadContext, LoadOperation } from '../operation.js';
import type { Tfjs } from '../tfjs-backend.js';

type Formula = (tfjs: Tfjs, x: Tensor, ...others: Tensor[]) => Tensor;

/** An operation on cells of the same place, with NumPy's broadcasting. */
const cellwise =
  (formulaOf: (node: GraphNode, context: LoadContext) => Formula): LoadOperation =>
  (node, context) => {
    const names = node.inputs.filter((name) => name !== '');
    const layout = commonLayout(names, context);
    const formula = formulaOf(node, context);
    const { tfjs } = context;
    return {
      reads: names.map((name) => ({ name, layout })),
      layout,
      run: (tensors) => [formula(tfjs, ...(tensors as [Tensor, ...Tensor[]]))],
    };
  };

const simple = (formula: Formula): LoadOperation => cellwise(() => formula);

/** An operator of one or more inputs, two at a time. */
const folded = (combine: (tfjs: Tfjs, a: Tensor, b: Tensor) => Tensor): LoadOperation =>
  simple((tfjs, x, ...others) => others.reduce((sum, other) => combine(tfjs, sum, other), tfjs.clone(x)));

/** Gives both operands the shape of the result before `combine`, which WASM would do in a loop that takes ten times as long. */
const inOneShape =
  (combine: (tfjs: Tfjs, a: Tensor, b: Tensor) => Tensor) =>
  (tfjs: Tfjs, a: Tensor, b: Tensor): Tensor => {
    if (`${a.shape}` === `${b.shape}`) return combine(tfjs, a, b);
    const zeros = tfjs.zeros(tfjs.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape));
    return combine(tfjs, tfjs.add(a, zeros), tfjs.add(b, zeros));
  };

const maximum = inOneShape((tfjs, a, b) => tfjs.maximum(a, b));
const minimum = inOneShape((tfjs, a, b) => tfjs.minimum(a, b));

const negativePart = (tfjs: Tfjs, x: Tensor) => tfjs.sub(x, tfjs.relu(x));

const elu = (tfjs: Tfjs, x: Tensor, alpha: number) =>
  tfjs.add(tfjs.relu(x), tfjs.mul(alpha, tfjs.sub(tfjs.exp(negativePart(tfjs, x)), 1)));

/** ln(1 + e^x), so written that e^x does not overflow. */
const softplus = (tfjs: Tfjs, x: Tensor) =>
  tfjs.add(tfjs.relu(x), tfjs.log(tfjs.add(1, tfjs.exp(tfjs.neg(tfjs.abs(x))))));

const hardSigmoid = (tfjs: Tfjs, x: Tensor, alpha: number, beta: number) =>
  tfjs.clipByValue(tfjs.add(tfjs.mul(x, alpha), beta), 0, 1);

const clip: LoadOperation = (node, context, activation) => {
  const bounds = constantBounds(node, context);
  if (bounds === null) return clipByValues(node, context, activation);
  const formula: Formula = (tfjs, x) => tfjs.clipByValue(x, ...bounds);
  return cellwise(() => formula)({ ...node, inputs: node.inputs.slice(0, 1) }, context, activation);
};

/** null when one of them is computed. */
function constantBounds({ inputs }: GraphNode, { constant }: LoadContext): [number, number] | null {
  const [least, most] = [1, 2].map((i) => ({ name: inputs[i] ?? '', constant: constant(inputs[i]) }));
  if ([least!, most!].some((bound) => bound.name !== '' && bound.constant === undefined)) return null;
  const numberOf = (bound: typeof least, otherwise: number) =>
    bound?.constant === undefined ? otherwise : floatsIn(bound.constant)[0]!;
  return [numberOf(least, Number.NEGATIVE_INFINITY), numberOf(most, Number.POSITIVE_INFINITY)];
}

const clipByValues = cellwise(({ inputs }) => {
  const [hasLeast, hasMost] = [(inputs[1] ?? '') !== '', (inputs[2] ?? '') !== ''];
  return (tfjs, x, ...bounds) => {
    const above = hasLeast ? maximum(tfjs, x, bounds[0]!) : x;
    return hasMost ? minimum(tfjs, above, bounds.at(-1)!) : above;
  };
});

const power = inOneShape((tfjs, a, b) => tfjs.pow(a, b));

/** Integers are 32-bit ones inside. */
const cast: LoadOperation = cellwise(({ outputs }, context) => {
  const type = context.typeOf(outputs[0]!);
  if (type === 'bool') return (tfjs, x) => tfjs.notEqual(x, tfjs.zerosLike(x));
  return (tfjs, x) => tfjs.cast(x, type === 'float32' ? 'float32' : 'int32');
});

export const CELLWISE = {
  Abs: simple((tfjs, x) => tfjs.abs(x)),
  Add: folded((tfjs, a, b) => tfjs.add(a, b)),
  Cast: cast,
  Clip: clip,
  Div: folded((tfjs, a, b) => tfjs.div(a, b)),
  Elu: cellwise((node) => {
    const alpha = floatOf(node, 'alpha', 1);
    return (tfjs, x) => elu(tfjs, x, alpha);
  }),
  Erf: simple((tfjs, x) => tfjs.erf(x)),
  Exp: simple((tfjs, x) => tfjs.exp(x)),
  Floor: simple((tfjs, x) => tfjs.floor(x)),
  Gelu: simple((tfjs, x) => tfjs.mul(tfjs.mul(x, 0.5), tfjs.add(tfjs.erf(tfjs.mul(x, Math.SQRT1_2)), 1))),
  HardSigmoid: cellwise((node) => {
    const [alpha, beta] = [floatOf(node, 'alpha', 0.2), floatOf(node, 'beta', 0.5)];
    return (tfjs, x) => hardSigmoid(tfjs, x, alpha, beta);
  }),
  HardSwish: simple((tfjs, x) => tfjs.mul(x, hardSigmoid(tfjs, x, 1 / 6, 0.5))),
  Identity: simple((tfjs, x) => tfjs.clone(x)),
  LeakyRelu: cellwise((node) => {
    const alpha = floatOf(node, 'alpha', 0.01);
    return (tfjs, x) => tfjs.leakyRelu(x, alpha);
  }),
  Log: simple((tfjs, x) => tfjs.log(x)),
  Max: folded(maximum),
  Mean: simple((tfjs, x, ...others) =>
    tfjs.div(
      others.reduce((sum, other) => tfjs.add(sum, other), x),
      others.length + 1,
    ),
  ),
  Min: folded(minimum),
  Mish: simple((tfjs, x) => tfjs.mul(x, tfjs.tanh(softplus(tfjs, x)))),
  Mul: folded((tfjs, a, b) => tfjs.mul(a, b)),
  Neg: simple((tfjs, x) => tfjs.neg(x)),
  // The library's own takes slopes by channel only.
  PRelu: simple((tfjs, x, slope) => tfjs.add(tfjs.relu(x), tfjs.mul(slope!, negativePart(tfjs, x)))),
  Pow: folded(power),
  Reciprocal: simple((tfjs, x) => tfjs.div(1, x)),
  Relu: simple((tfjs, x) => tfjs.relu(x)),
  Round: simple((tfjs, x) => tfjs.round(x)),
  Selu: cellwise((node) => {
    const [alpha, gamma] = [floatOf(node, 'alpha', 1.6732632), floatOf(node, 'gamma', 1.050701)];
    return (tfjs, x) => tfjs.mul(elu(tfjs, x, alpha), gamma);
  }),
  Sigmoid: simple((tfjs, x) => tfjs.sigmoid(x)),
  Softplus: simple(softplus),
  Softsign: simple((tfjs, x) => tfjs.div(x, tfjs.add(tfjs.abs(x), 1))),
  Sqrt: simple((tfjs, x) => tfjs.sqrt(x)),
  Sub: folded((tfjs, a, b) => tfjs.sub(a, b)),
  Sum: folded((tfjs, a, b) => tfjs.add(a, b)),
  Tanh: simple((tfjs, x) => tfjs.tanh(x)),
} as const satisfies Record<string, LoadOperation>;
