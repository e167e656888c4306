import type { ErrorCode } from '../../error-codes.js';
import type { Region } from '../../geometry/region.js';
import { decodeMap } from '../../tensor/map-tensor.js';
import type { Tensor } from '../../tensor/safetensors.js';
import { requireTensor } from './task-body.js';

/**
 * The one tensor of a body that carries exactly one region of a feature map, as F32 or F16: nodes may differ in how they
 * send.
 *
 * @param code of the DeepThingsError that anything else raises.
 * @returns `[channels, height, width]`.
 */
export function requireMap(
  code: ErrorCode,
  tensors: ReadonlyMap<string, Tensor>,
  name: string,
  channels: number,
  region: Region,
): Float32Array {
  const half = tensors.get(name)?.type === 'F16';
  const data = requireTensor(code, tensors, name, half ? 'F16' : 'F32', channels, region);
  return half ? decodeMap({ type: 'F16', shape: [], data })! : (data as Float32Array);
}
