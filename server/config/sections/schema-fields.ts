import { Type } from 'typebox';
import { BYTE_SIZE_PATTERN, type ByteSize, DURATION_PATTERN } from '../units.js';

/**
 * The kinds of value that cluster.yaml has. None is a union of schemas: a mistake must give one error.
 * `patternErrorMessage` is what editors show, and what our own messages say, instead of the regular expression.
 */

interface NumberHints {
  readonly minimum: number;
  readonly maximum: number;
  readonly examples?: readonly number[];
  readonly default?: number;
}

interface TextHints {
  readonly pattern?: string;
  readonly patternErrorMessage?: string;
  readonly examples?: readonly string[];
  readonly default?: string;
}

export function whole(description: string, hints: NumberHints) {
  return Type.Integer({ description, ...hints });
}

export function decimal(description: string, hints: NumberHints) {
  return Type.Number({ description, ...hints });
}

export function milliseconds(description: string, hints: NumberHints) {
  return whole(`${description} In milliseconds.`, hints);
}

export function text(description: string, hints: TextHints = {}) {
  return Type.String({ description, minLength: 1, maxLength: 1024, ...hints });
}

export function flag(description: string, preset: boolean) {
  return Type.Boolean({ description, default: preset });
}

/** `auto`, or yes or no. */
export function autoOrFlag(description: string, preset: 'auto' | boolean) {
  return Type.Unsafe<'auto' | boolean>({
    type: ['string', 'boolean'],
    enum: ['auto', true, false],
    description,
    default: preset,
  });
}

export function choice<const T extends string>(description: string, values: readonly T[], preset?: T) {
  return Type.Unsafe<T>({
    type: 'string',
    enum: values,
    description,
    ...(preset === undefined ? {} : { default: preset }),
  });
}

export function byteSize(description: string, preset: string) {
  return Type.Unsafe<ByteSize>({
    type: ['integer', 'string'],
    minimum: 0,
    pattern: BYTE_SIZE_PATTERN,
    patternErrorMessage: 'a size such as 20MiB, 512KiB or 1GiB, or a number of bytes',
    description,
    default: preset,
  });
}

export function depth(description: string, preset: string) {
  return Type.Unsafe<number | string>({
    type: ['integer', 'string'],
    minimum: 1,
    maximum: 10_000,
    minLength: 1,
    maxLength: 256,
    pattern: DEPTH_PATTERN,
    patternErrorMessage: 'a number of layers, auto, a share of the work such as 40%, or the name of a node',
    description,
    default: preset,
  });
}

/** No control characters: it is shown in messages. */
const DEPTH_PATTERN = '^[^\\p{Cc}]+$';

export function duration(description: string, preset: string) {
  return text(description, {
    pattern: DURATION_PATTERN,
    patternErrorMessage: 'a duration such as 12h, 7d or 30m',
    default: preset,
  });
}
