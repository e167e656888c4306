import { DeepThingsError } from '../../../errors.js';

/** Bounds of a file, far beyond the detectors people use (YOLOv8x: 430 nodes, 280 MB). */
export const LIMITS = {
  fileBytes: 1024 ** 3,
  nodes: 20_000,
  tensors: 40_000,
  /** Graph inputs, outputs and descriptions of values. */
  values: 100_000,
  /** Names that nodes read and write. */
  links: 400_000,
  attributes: 200_000,
  /** Numbers and texts in lists of attributes. */
  listed: 1_000_000,
  /** Elements of tensors that the file lists one by one as variable-length numbers. */
  spelledOut: 2_000_000,
  metadata: 1000,
  metadataBytes: 4 * 1024 ** 2,
  opsets: 100,
} as const;

/** Bytes of a name. */
export const LONGEST_NAME = 2048;

export const MOST_DIMENSIONS = 8;

/** Elements of one tensor. */
export const MOST_ELEMENTS = 2 ** 29;

type Limited = keyof typeof LIMITS;

/** Counts what a file has, so that reading it cannot take more memory than the limits allow. */
export class ReadBudget {
  readonly #used = new Map<Limited, number>();

  /** @throws DT_ONNX_LIMIT when the file has more than `LIMITS` allows. */
  take(kind: Limited, amount = 1): void {
    const used = (this.#used.get(kind) ?? 0) + amount;
    if (used > LIMITS[kind]) throw limitError(`the file has more than ${LIMITS[kind]} ${WORDS[kind]}`);
    this.#used.set(kind, used);
  }
}

export function limitError(fact: string): DeepThingsError {
  return new DeepThingsError('DT_ONNX_LIMIT', `${fact}; check that the file is a detector and not damaged`);
}

const WORDS: Readonly<Record<Limited, string>> = {
  fileBytes: 'bytes',
  nodes: 'nodes',
  tensors: 'tensors',
  values: 'values',
  links: 'inputs and outputs of nodes',
  attributes: 'attributes',
  listed: 'elements in attributes',
  spelledOut: 'elements of tensors outside of raw_data',
  metadata: 'entries of metadata',
  metadataBytes: 'bytes of metadata',
  opsets: 'operator sets',
};
