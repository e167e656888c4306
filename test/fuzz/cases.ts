import { bodyDigest, DIGEST_HEADER, TENSOR_TYPE } from '../../client/body-digest.js';
import type { OperationId } from '../../client/client.js';
import { OPERATIONS } from '../../client/generated/operations.js';
import { readContract } from '../../server/node/contract/contract.js';
import { type ContractRoute, contractRoutes } from '../../server/node/contract/contract-routes.js';
import { Draws } from '../chaos/draws.js';
import { mutatedBytes } from './byte-bodies.js';
import { HOSTILE_TEXTS } from './hostile-texts.js';
import { mutatedJson } from './json-bodies.js';
import { formBody, mutatedPicture } from './picture-bodies.js';
import { drawRawRequest } from './raw-requests.js';
import { type Names, parameterText, type Schema, schemaValue } from './schema-values.js';
import { mutatedTensors } from './tensor-bodies.js';

/** A body that a node has sent another one. */
export interface RecordedBody {
  readonly operation: OperationId;
  readonly mediaType: string;
  readonly body: Buffer;
}

/** What requests are made of. */
export interface Material {
  readonly nodes: readonly string[];
  /** In an order that does not depend on the run. */
  readonly recorded: readonly RecordedBody[];
  readonly picture: Buffer;
  readonly names: Names;
}

export interface FuzzCase {
  readonly number: number;
  readonly node: string;
  readonly what: string;
  /** Null when the request is of no operation, or of one that is asked for in another way than it is declared. */
  readonly operation: OperationId | null;
  readonly isHead: boolean;
  /** Whether the node may hold it for as long as it likes. */
  readonly mayBeHeld: boolean;
  readonly pieces: readonly (string | Buffer)[];
}

/** What would end a node's service when it is asked for as declared; its paths are still asked in other ways. */
const ENDS_SERVICE = /^drain/;
const ODD_METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND', 'get', 'SEARCH'];
const ODD_TYPES = [
  '',
  'text/plain',
  'application/xml',
  'application/json; charset=utf-7',
  'application/x-www-form-urlencoded',
  'image/gif',
  '*/*',
  'a/b/c',
  'é',
];
const ODD_PATHS = [
  '/',
  '/docs',
  '/docs/../../package.json',
  '/assets/..%2f..%2fpackage.json',
  '/..%2f..%2fetc%2fpasswd',
  '//frames',
  '/frames/',
  '/Frames',
  '/frames;a=b',
  '/frames%00',
  '/__proto__',
  '/openapi.json/x',
];

interface Request {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer | null;
}

const routes: readonly ContractRoute[] = contractRoutes(readContract());
const bodyTypes = new Map(
  Object.values(readContract().paths).flatMap((item) =>
    Object.values(item).map(({ operationId, requestBody }): [string, string[]] => [
      operationId,
      Object.keys(requestBody?.content ?? {}),
    ]),
  ),
);

/** One request; the same seed, number and material give the same one. */
export function drawCase(seed: number, number: number, material: Material): FuzzCase {
  const draws = new Draws(seed, number);
  const node = draws.among(material.nodes);
  const share = draws.share();
  if (share < 0.08) return rawCase(number, node, draws);
  if (share < 0.1) return oddPath(number, node, draws);
  const route = draws.among(routes);
  return operationCase(number, node, route, draws, material);
}

function rawCase(number: number, node: string, draws: Draws): FuzzCase {
  const { what, pieces } = drawRawRequest(draws);
  return { number, node, what, operation: null, isHead: false, mayBeHeld: true, pieces };
}

function oddPath(number: number, node: string, draws: Draws): FuzzCase {
  const method = draws.among(ODD_METHODS);
  const target = draws.chance(0.5) ? draws.among(ODD_PATHS) : `/${inPath(draws.among(HOSTILE_TEXTS))}`;
  const request = { method, target, headers: [], body: null };
  return {
    number,
    node,
    what: shown(request),
    operation: null,
    isHead: method === 'HEAD',
    mayBeHeld: false,
    pieces: written(request),
  };
}

function operationCase(number: number, node: string, route: ContractRoute, draws: Draws, material: Material): FuzzCase {
  const { operationId } = route;
  const declared = OPERATIONS[operationId].method;
  const isOdd = ENDS_SERVICE.test(operationId) || draws.chance(0.04);
  const method = isOdd
    ? draws.among(ODD_METHODS.filter((name) => name !== declared && !otherDeclared(route, name)))
    : declared;
  // How much of the request is hostile: sometimes all of it is as it should be.
  const hostile = draws.among([0, 0.1, 0.4, 0.9]);
  const content = drawBody(operationId, draws, material);
  const request = {
    method,
    target: drawTarget(route, hostile, draws, material.names),
    headers: [...drawHeaders(route, hostile, draws, material.names), ...content.headers],
    body: content.body,
  };
  return {
    number,
    node,
    what: shown(request),
    // A body where none is taken is refused before the operation is asked, or not looked at; a path without its parameter is another's.
    operation:
      isOdd || lacksParameter(request) || (content.body !== null && !takesBody(operationId)) ? null : operationId,
    isHead: method === 'HEAD',
    mayBeHeld: ['getEvents', 'stealTask', 'submitFrame'].includes(operationId),
    pieces: written(request),
  };
}

function lacksParameter({ target }: Request): boolean {
  const [path] = target.split('?') as [string];
  return path !== '/' && (path.endsWith('/') || path.includes('//'));
}

function takesBody(operation: OperationId): boolean {
  return (bodyTypes.get(operation) ?? []).length > 0;
}

function otherDeclared({ url }: ContractRoute, method: string): boolean {
  return routes.some((other) => other.url === url && other.method === method);
}

function drawTarget({ url, schema }: ContractRoute, hostile: number, draws: Draws, names: Names): string {
  const path = url.replace(/:(\w+)/g, (_whole, name: string) =>
    inPath(parameterText(partOf(schema.params, name), hostile, draws, names)),
  );
  const properties = (schema.querystring as Schema | undefined)?.properties ?? {};
  const pairs = Object.entries(properties)
    .filter(([name]) => (name === 'region' || name === 'regions' ? 0.9 : 0.3) > draws.share())
    .flatMap(([name, part]) => {
      const pair = `${name}=${inQuery(parameterText(part, hostile, draws, names), draws)}`;
      return draws.chance(0.05) ? [pair, pair] : [pair];
    });
  if (draws.chance(hostile * 0.3))
    pairs.push(`${inPath(draws.among(HOSTILE_TEXTS))}=${inPath(draws.among(HOSTILE_TEXTS))}`);
  if (draws.chance(0.02)) pairs.push(...Array.from({ length: 1_500 }, (_, i) => `a${i}=1`));
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

function partOf(schema: unknown, name: string): Schema {
  return (schema as Schema | undefined)?.properties?.[name] ?? {};
}

/** Some texts are encoded already, or are broken when they are not. */
function inPath(text: string): string {
  return text.startsWith('%') || text.includes('%2') || text.startsWith('..')
    ? text.replaceAll(/[^\x21-\x7e]/g, '')
    : safely(text);
}

function inQuery(text: string, draws: Draws): string {
  return draws.chance(0.8) ? safely(text) : text.replaceAll(/[^\x21-\x7e]/g, '');
}

function safely(text: string): string {
  return encodeURIComponent(text.replaceAll(/[\ud800-\udfff]/gu, '\ufffd'));
}

function drawHeaders({ schema }: ContractRoute, hostile: number, draws: Draws, names: Names): [string, string][] {
  const properties = (schema.headers as Schema | undefined)?.properties ?? {};
  const headers = Object.entries(properties)
    .filter(([name]) => name !== DIGEST_HEADER && draws.chance(0.5))
    .map(([name, part]): [string, string] => [name, parameterText(part, hostile, draws, names)]);
  if (draws.chance(hostile * 0.3)) {
    const name = draws.among([
      'accept',
      'authorization',
      'range',
      'if-none-match',
      'accept-encoding',
      'x-forwarded-for',
      'cookie',
      'origin',
      'traceparent',
      'content-encoding',
      '__proto__',
    ]);
    headers.push([name, draws.among(HOSTILE_TEXTS)]);
  }
  return headers;
}

interface Content {
  readonly headers: [string, string][];
  readonly body: Buffer | null;
}

function drawBody(operation: OperationId, draws: Draws, material: Material): Content {
  const types = bodyTypes.get(operation) ?? [];
  if (types.length === 0)
    return draws.chance(0.95) ? { headers: [], body: null } : typed('application/json', Buffer.from('{"a":1}'), draws);
  if (draws.chance(0.02)) return { headers: [], body: null };
  const mediaType = draws.among(types);
  const { type, body } = bodyOf(operation, mediaType, draws, material);
  return typed(draws.chance(0.03) ? draws.among(ODD_TYPES) : type, body, draws);
}

function bodyOf(
  operation: OperationId,
  mediaType: string,
  draws: Draws,
  { recorded, picture, names }: Material,
): { type: string; body: Buffer } {
  // A picture as it is, now and then, keeps the cluster at work.
  const image = () => (draws.chance(0.1) ? picture : mutatedPicture(picture, draws));
  if (mediaType.startsWith('image/')) return { type: mediaType, body: image() };
  if (mediaType.startsWith('multipart/')) {
    const form = formBody(image(), draws);
    return draws.chance(0.3) ? { type: form.type, body: mutatedBytes(form.body, draws) } : form;
  }
  const known = recorded.filter((body) => body.operation === operation && body.mediaType === mediaType);
  if (mediaType === TENSOR_TYPE) {
    const body = known.length === 0 ? Buffer.alloc(64) : draws.among(known).body;
    return { type: mediaType, body: mutatedTensors(body, draws, names) };
  }
  const schema = routes.find(({ operationId }) => operationId === operation)!.schema.body as {
    content: Record<string, { schema: Schema }>;
  };
  const value =
    known.length > 0 && draws.chance(0.6)
      ? JSON.parse(draws.among(known).body.toString())
      : schemaValue(schema.content[mediaType]!.schema, draws, names);
  return { type: mediaType, body: Buffer.from(mutatedJson(value, draws)) };
}

/** A body with its headers; its digest, which a program that means harm knows as well, is mostly right. */
function typed(type: string, body: Buffer, draws: Draws): Content {
  const headers: [string, string][] = [['content-type', type]];
  if (draws.chance(type === TENSOR_TYPE ? 0.97 : 0.3)) headers.push([DIGEST_HEADER, bodyDigest(body)]);
  else if (draws.chance(0.3))
    headers.push([DIGEST_HEADER, draws.among(['crc32=00000000', 'crc32=', 'sha256=x', 'x'.repeat(40)])]);
  return { headers, body };
}

function written({ method, target, headers, body }: Request): Buffer[] {
  const lines = [...headers, ['connection', 'close']].map(
    ([name, value]) => `${name}: ${value!.replaceAll(/[\r\n\0]/g, ' ')}\r\n`,
  );
  // A request without a body says nothing of its length, but where its method wants one.
  const length = body === null ? '' : `content-length: ${body.length}\r\n`;
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines.join('')}${length}\r\n`);
  return [body === null ? head : Buffer.concat([head, body])];
}

function shown({ method, target, headers, body }: Request): string {
  const said = headers.map(([name, value]) => `${name}: ${value.slice(0, 60)}`).join(', ');
  const bytes = body === null ? 'no body' : `${body.length} bytes ${JSON.stringify(body.toString('latin1', 0, 160))}`;
  return `${method} ${target.slice(0, 160)} [${said}] ${bytes}`;
}
