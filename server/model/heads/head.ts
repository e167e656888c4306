import { DeepThingsError } from '../../errors.js';
import type { Layer, RegionLayer, SoftmaxLayer } from '../../formats/darknet/layers.js';
import type { Network } from '../network.js';

/** What is decoded into a result; no engine runs it. */
export type Head = RegionLayer | SoftmaxLayer;

/** Index of a network's head; -1 when it has none. What follows it matters in training only. */
export function headIndex(layers: readonly Layer[]): number {
  const last = layers.findLastIndex(({ kind }) => kind !== 'cost' && kind !== 'dropout');
  const kind = layers[last]?.kind;
  return kind === 'region' || kind === 'softmax' ? last : -1;
}

export function headOf(layers: readonly Layer[]): Head | undefined {
  return layers[headIndex(layers)] as Head | undefined;
}

/** @throws DT_HEAD_MISSING when what the network puts out is no result. */
export function requireHead({ name, layers }: Pick<Network, 'name' | 'layers'>): Head {
  const head = headOf(layers);
  if (head !== undefined) return head;
  throw new DeepThingsError(
    'DT_HEAD_MISSING',
    `model ${name} ends in ${layers.at(-1)?.kind ?? 'nothing'}, and a result needs a [region] layer (a detector) or a ` +
      '[softmax] layer (a classifier) at its end',
  );
}
