/** The keywords of a JSON Schema that constrain a value. */
export interface ValueSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** Stands for the pattern. */
  readonly patternErrorMessage?: string;
  readonly examples?: readonly unknown[];
}

/** Returns the constraints of a value in words: "a whole number from 1 to 200". */
export function expectedValue(schema: ValueSchema): string {
  const words = schema.const === undefined ? schema.enum : [schema.const];
  if (words !== undefined) return words.length === 1 ? String(words[0]) : `one of ${words.join(', ')}`;
  if (schema.patternErrorMessage !== undefined) return schema.patternErrorMessage;
  const [type, ...others] = [schema.type].flat();
  const text = ofType(schema, type);
  return others.includes('null') ? `${text}, or null` : text;
}

function ofType(schema: ValueSchema, type: string | undefined): string {
  switch (type) {
    case 'integer':
      return `a whole number${bounds('from', schema.minimum, schema.maximum)}`;
    case 'number':
      return `a number${bounds('from', schema.minimum, schema.maximum)}`;
    case 'array':
      return `a list${bounds('of', schema.minItems, schema.maxItems, schema.uniqueItems ? ' different entries' : ' entries')}`;
    case 'object':
      return objectText(schema.required ?? Object.keys(schema.properties ?? {}));
    case 'boolean':
      return 'true or false';
    case 'string':
      return stringText(schema);
    default:
      return 'what the contract has';
  }
}

function objectText(keys: readonly string[]): string {
  return keys.length === 0 ? 'a map' : `a map with ${keys.join(', ')}`;
}

function stringText({ examples, maxLength, minLength, pattern }: ValueSchema): string {
  if (pattern === undefined) return `text${bounds('of', minLength, maxLength, ' characters')}`;
  const [example] = examples ?? [];
  return `text that matches ${pattern}${example === undefined ? '' : `, such as ${example}`}`;
}

function bounds(word: 'from' | 'of', least: number | undefined, most: number | undefined, unit = ''): string {
  if (least !== undefined && most !== undefined) return ` ${word} ${least} to ${most}${unit}`;
  if (least !== undefined) return ` of at least ${least}${unit}`;
  return most === undefined ? '' : ` of at most ${most}${unit}`;
}
