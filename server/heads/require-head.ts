import { DeepThingsError } from '../errors.js';
import type { HeadFamily } from './head-family.js';

/** @throws DT_HEAD_MISSING when what a model puts out is no result. */
export function requireHead({ head, name }: { readonly name: string; readonly head: HeadFamily | null }): HeadFamily {
  if (head !== null) return head;
  throw new DeepThingsError(
    'DT_HEAD_MISSING',
    `model ${name} has no head: a result needs [detection], [region] or [yolo] layers (a detector) or a [softmax] layer (a classifier) at ` +
      'its end',
  );
}
