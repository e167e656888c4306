import type { Tensor as TfjsTensor } from '@tensorflow/tfjs-core';
import { floatsIn } from '../../graph/floats.js';
import type { ElementType, GraphConstant } from '../../graph/graph.js';
import { integersIn } from '../../graph/integers.js';
import type { Tensor } from '../inference-engine.js';
import type { Tfjs } from './tfjs-backend.js';

/** TensorFlow.js has 32-bit integers only. */
const TYPES = {
  float32: 'float32',
  int64: 'int32',
  int32: 'int32',
  uint8: 'int32',
  bool: 'bool',
} as const satisfies Record<ElementType, string>;

export function constantTensor(tfjs: Tfjs, constant: GraphConstant): TfjsTensor {
  const { bytes, shape, type } = constant;
  // A copy: plain JavaScript computes with the array that it is given, which is a view of a whole file.
  if (type === 'float32') return tfjs.tensor(floatsIn(constant).slice(), [...shape], 'float32');
  const elements = type === 'uint8' || type === 'bool' ? bytes : integersIn(constant);
  return tfjs.tensor(type === 'bool' ? Uint8Array.from(elements) : Int32Array.from(elements), [...shape], TYPES[type]);
}

export function toTfjs(tfjs: Tfjs, { data, shape }: Tensor, type: ElementType): TfjsTensor {
  const elements = data instanceof BigInt64Array ? Int32Array.from(data, Number) : data;
  return tfjs.tensor(type === 'uint8' ? Int32Array.from(elements) : elements, [...shape], TYPES[type]);
}

/** Reads a tensor. @param foreign buffers that are not ours to hand out. */
export function fromTfjs(tensor: TfjsTensor, type: ElementType, foreign: ReadonlySet<ArrayBufferLike>): Tensor {
  const shape = [...tensor.shape];
  const elements = tensor.dataSync() as Float32Array | Int32Array | Uint8Array;
  switch (type) {
    case 'float32': {
      // Plain JavaScript may give integers that were cast, a view of another tensor, or an input as it came.
      const isFresh = elements.byteLength === elements.buffer.byteLength && !foreign.has(elements.buffer);
      return { shape, data: elements instanceof Float32Array && isFresh ? elements : Float32Array.from(elements) };
    }
    case 'int64':
      return { shape, data: BigInt64Array.from(elements, BigInt) };
    case 'int32':
      return { shape, data: Int32Array.from(elements) };
    default:
      return { shape, data: Uint8Array.from(elements) };
  }
}
