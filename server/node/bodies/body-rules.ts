import type { IncomingHttpHeaders } from 'node:http';
import { TENSOR_TYPE } from '../../../client/body-digest.js';
import { contractOperations, readContract } from '../contract/contract.js';
import { HttpProblem } from '../problems/problem.js';

export interface BodyLimits {
  /** Bound on a submitted picture. */
  readonly pictureBytes: number;
  /** Bound on a body with tensors. */
  readonly tensorBytes: number;
}

export type BodyKind = 'json' | 'tensors' | 'picture' | 'form';

/** What a request's headers say of its body. */
export interface BodyRule {
  readonly kind: BodyKind;
  readonly limitBytes: number;
}

/** A listed task takes some 70 bytes; a registration may list a plan's worth of them for each open frame. */
export const JSON_BYTES = 8 * 1024 * 1024;

/** Room for a multipart body's boundaries and headers around the picture. */
export const FORM_OVERHEAD_BYTES = 64 * 1024;

/** For messages. */
const PICTURE_BOUNDS =
  'GET /cluster says how many bytes a picture may have, limits.pictureBytes in cluster.yaml sets it';

const FORM_TYPE = 'multipart/form-data';

/** The media types that each operation takes a body in; operations that take none are not here. */
const BODY_TYPES: ReadonlyMap<string, readonly string[]> = new Map(
  contractOperations(readContract()).flatMap(({ operation: { operationId, requestBody } }) =>
    requestBody === undefined ? [] : [[operationId, Object.keys(requestBody.content)]],
  ),
);

/** Types that say that a body is something else than a picture. Of all others its bytes decide. */
const NO_PICTURE =
  /^(audio|font|message|model|multipart|text|video)\/|^application\/(json|xml|javascript|yaml|x-yaml)$|^application\/.*\+(json|xml|yaml)$/;

/**
 * Judges a request's body by the headers, before any of it is read.
 *
 * @returns null for operations that take no body.
 * @throws HttpProblem 415 for a type that the operation does not take, or a packed body; 413 for one that announces more
 *   bytes than are read.
 */
export function bodyRule(operation: string, headers: IncomingHttpHeaders, limits: BodyLimits): BodyRule | null {
  const types = BODY_TYPES.get(operation);
  if (types === undefined) return null;
  const rule = types.some((type) => type.startsWith('image/'))
    ? pictureRule(headers, types, limits)
    : typedRule(mediaTypeOf(headers), types, limits);
  // What is unpacked can be a thousand times as large as what the limits have seen.
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') {
    const detail = 'expected a body as it is, without a content-encoding';
    throw new HttpProblem('DT_CONTENT_ENCODING', detail, { headers: { 'accept-encoding': 'identity' } });
  }
  if (Number(headers['content-length'] ?? 0) > rule.limitBytes) throw tooLarge(rule);
  return rule;
}

export function tooLarge({ kind, limitBytes }: BodyRule): HttpProblem {
  const what = kind === 'form' ? 'picture' : 'body';
  const detail = `expected a smaller ${what}, at most ${limitBytes} bytes altogether: ${PICTURE_BOUNDS}`;
  return new HttpProblem(kind === 'form' ? 'DT_PICTURE_TOO_LARGE' : 'DT_BODY_TOO_LARGE', detail);
}

/** Lower case and without parameters; null where there is none that is well-formed. */
function mediaTypeOf(headers: IncomingHttpHeaders): string | null {
  if (headers['content-type'] === TENSOR_TYPE) return TENSOR_TYPE;
  const text = (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
  return /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+$/.test(text) ? text : null;
}

/** Programs name pictures in many ways, or not at all: only a type that says that it is none is refused by its name. */
function pictureRule(headers: IncomingHttpHeaders, types: readonly string[], { pictureBytes }: BodyLimits): BodyRule {
  const type = mediaTypeOf(headers);
  const isThere = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (type === FORM_TYPE && types.includes(FORM_TYPE))
    return { kind: 'form', limitBytes: pictureBytes + FORM_OVERHEAD_BYTES };
  if (type === null ? !isThere : NO_PICTURE.test(type)) throw wrongType(types, type);
  // A form under another name is found by its bytes, and must fit.
  return { kind: 'picture', limitBytes: pictureBytes + FORM_OVERHEAD_BYTES };
}

function typedRule(type: string | null, types: readonly string[], { tensorBytes }: BodyLimits): BodyRule {
  if (type === null || !types.includes(type)) throw wrongType(types, type);
  return type === TENSOR_TYPE ? { kind: 'tensors', limitBytes: tensorBytes } : { kind: 'json', limitBytes: JSON_BYTES };
}

function wrongType(types: readonly string[], type: string | null): HttpProblem {
  const detail = `expected a body of ${types.join(', ')}; got ${type ?? 'none, or one without content-type'}`;
  return new HttpProblem('DT_MEDIA_TYPE', detail);
}
