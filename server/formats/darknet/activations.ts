import type { Attribute } from '../../graph/graph.js';
import { LEAKY_SLOPE } from './darknet-rules.js';
import type { Activation } from './layers.js';

/** One operation of an activation. */
export interface ActivationStep {
  readonly operator: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** What it reads: 0 is the number that is activated, n the result of step n; or a constant. */
  readonly reads: readonly (number | { readonly constant: number })[];
}

/** Of ramp: `x + 0.1 * x` above zero and `0.1 * x` below. */
const RAMP_SLOPE = 1.1;

/**
 * Darknet's activations in operators of ONNX's set 17. Mish is `x * tanh(ln(1 + e^x))` (Misra 2019), swish `x * sigmoid(x)`, relie
 * a leaky one of slope 0.01, loggy `2 * sigmoid(x) - 1`, hardtan x between -1 and 1. None for linear.
 */
export const ACTIVATION_STEPS: Readonly<Record<Activation, readonly ActivationStep[]>> = {
  linear: [],
  leaky: [leaky(LEAKY_SLOPE)],
  relu: [{ operator: 'Relu', reads: [0] }],
  logistic: [{ operator: 'Sigmoid', reads: [0] }],
  mish: [
    { operator: 'Softplus', reads: [0] },
    { operator: 'Tanh', reads: [1] },
    { operator: 'Mul', reads: [0, 2] },
  ],
  swish: [
    { operator: 'Sigmoid', reads: [0] },
    { operator: 'Mul', reads: [0, 1] },
  ],
  relu6: [clip(0, 6)],
  elu: [{ operator: 'Elu', attributes: { alpha: { float: 1 } }, reads: [0] }],
  selu: [{ operator: 'Selu', attributes: { alpha: { float: 1.6732 }, gamma: { float: 1.0507 } }, reads: [0] }],
  relie: [leaky(0.01)],
  ramp: [leaky(0.1 / RAMP_SLOPE), { operator: 'Mul', reads: [1, { constant: RAMP_SLOPE }] }],
  tanh: [{ operator: 'Tanh', reads: [0] }],
  loggy: [
    { operator: 'Mul', reads: [0, { constant: 0.5 }] },
    { operator: 'Tanh', reads: [1] },
  ],
  hardtan: [clip(-1, 1)],
};

/** The activations that can be read, as a cfg names them. */
export const ACTIVATIONS = Object.keys(ACTIVATION_STEPS) as readonly Activation[];

function leaky(slope: number): ActivationStep {
  return { operator: 'LeakyRelu', attributes: { alpha: { float: slope } }, reads: [0] };
}

function clip(least: number, most: number): ActivationStep {
  return { operator: 'Clip', reads: [0, { constant: least }, { constant: most }] };
}
