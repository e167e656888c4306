import { DeepThingsError } from '../../errors.js';

/** What numbers an option takes. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

/** Values of an option such as `1,2,4`. @throws DeepThingsError `DT_USAGE` */
export function numberList(option: string, text: string, range: NumberRange): readonly number[] {
  return words(option, text).map((word) => oneNumber(option, word, range));
}

/** @throws DeepThingsError `DT_USAGE` */
export function oneNumber(option: string, text: string, { least, most, whole }: NumberRange): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? 'a whole number' : 'a number';
  throw new DeepThingsError('DT_USAGE', `${option} must be ${kind} from ${least} to ${most}, and is "${text}"`);
}

/** Names out of a set. @throws DeepThingsError `DT_USAGE` */
export function nameList<T extends string>(option: string, text: string, names: readonly T[]): readonly T[] {
  return words(option, text).map((word) => {
    const name = names.find((one) => one === word);
    if (name !== undefined) return name;
    throw new DeepThingsError('DT_USAGE', `${option} must be of ${names.join(', ')}, and names "${word}"`);
  });
}

/** Each once, in their order. @throws DeepThingsError `DT_USAGE` for an empty one. */
export function words(option: string, text: string): readonly string[] {
  const all = text.split(',').map((word) => word.trim());
  if (all.every((word) => word !== '')) return all;
  throw new DeepThingsError('DT_USAGE', `${option} must be values with commas between them, and is "${text}"`);
}
