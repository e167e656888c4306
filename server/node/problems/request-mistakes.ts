import type { Schemas } from '../../../client/client.js';
import { expectedValue, type ValueSchema } from '../../config/checks/expected-value.js';
import { nearestWord } from '../../config/checks/nearest-word.js';

/** A mistake in a request: its place, and the expected value. */
export type RequestMistake = Schemas['RequestMistake'];

/** An error of Ajv with `verbose`, as far as the text of a mistake needs it. */
export interface ValidationError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly parentSchema?: object;
}

/** More are not told: a request can have thousands. */
const MOST_MISTAKES = 10;

/** By what Fastify calls the part of a request. */
const PLACE_OF_PART: Readonly<Record<string, RequestMistake['in']>> = {
  params: 'path',
  querystring: 'query',
  headers: 'header',
  body: 'body',
};

const PLACE_TEXT = {
  path: 'path parameter',
  query: 'query parameter',
  header: 'header',
  body: 'body field',
} satisfies Record<RequestMistake['in'], string>;

/**
 * The mistakes that validation found in one part of a request, each once. No value is repeated: it may be a secret, and the text is logged.
 *
 * @param part as Fastify calls it: `params`, `querystring`, `headers` or `body`.
 */
export function requestMistakes(errors: readonly ValidationError[], part: string): RequestMistake[] {
  const place = PLACE_OF_PART[part] ?? 'body';
  const mistakes = new Map<string, RequestMistake>();
  for (const error of errors) {
    const mistake = { in: place, ...mistakeOf(error, place) };
    mistakes.set(JSON.stringify(mistake), mistake);
  }
  return [...mistakes.values()].slice(0, MOST_MISTAKES);
}

/** The mistakes as one text. */
export function mistakesText(mistakes: readonly RequestMistake[]): string {
  return mistakes
    .map(({ in: place, name, detail }) => `${name === '' ? place : `${PLACE_TEXT[place]} ${name}`}: ${detail}`)
    .join('; ');
}

function mistakeOf(error: ValidationError, place: RequestMistake['in']): Pick<RequestMistake, 'name' | 'detail'> {
  const { instancePath, keyword, params } = error;
  const schema: ValueSchema = error.parentSchema ?? {};
  const path = instancePath.split('/').slice(1);
  if (keyword === 'required') return { name: nameOf([...path, String(params.missingProperty)]), detail: 'missing' };
  if (keyword === 'additionalProperties') {
    const name = String(params.additionalProperty);
    return { name: nameOf([...path, name]), detail: unknownText(name, schema, place) };
  }
  // A list in a query is one parameter, whichever entry is wrong.
  const [first = ''] = path;
  return { name: place === 'body' ? nameOf(path) : first, detail: `expected ${expectedValue(schema)}` };
}

/** Keys and indices with slashes between them: `tasks/0/state`. */
function nameOf(path: readonly string[]): string {
  return path.join('/');
}

function unknownText(name: string, { properties = {} }: ValueSchema, place: RequestMistake['in']): string {
  const known = Object.keys(properties);
  const near = nearestWord(name, known);
  if (near !== undefined) return `not known: did you mean ${near}?`;
  const has = known.length === 0 ? 'none' : known.join(', ');
  return place === 'body' ? `not known: ${has} may be here` : `not known: this operation has ${has}`;
}
