import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import supertest, { type Test } from 'supertest';
import { expect } from 'vitest';
import { bodyDigest, DIGEST_HEADER, TENSOR_TYPE } from '../../client/body-digest.js';
import type { OperationId, Schemas } from '../../client/client.js';
import { OPERATIONS } from '../../client/generated/operations.js';
import { type Answer, contractMistakes, jsonOf, problemMistakes } from './contract-answers.js';

export interface Question {
  /** Values of the path's parameters. */
  readonly path?: Readonly<Record<string, string | number>>;
  /** Query as it stands behind the question mark. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** A body as it is sent, with its media type. */
  readonly body?: readonly [mediaType: string, bytes: Uint8Array | string];
  /** A form's files, and texts, by name. */
  readonly form?: Readonly<Record<string, Uint8Array | string>>;
}

export interface Reply extends Answer {
  readonly headers: IncomingHttpHeaders;
  /** Throws where the body is not JSON. */
  json(): ReturnType<typeof jsonOf>;
}

/**
 * Asks a node through a socket, without the client that is tested elsewhere; what it answers must be in the contract.
 *
 * @param node its address.
 */
export async function ask(node: string, operation: OperationId, question: Question = {}): Promise<Reply> {
  const { method, path } = OPERATIONS[operation];
  const filled = path.replace(/\{(\w+)\}/g, (_whole, name) => String(question.path?.[name]));
  const reply = await askPath(node, method, filled, question);
  expect(contractMistakes(operation, reply)).toEqual([]);
  if (reply.status >= 400) expect(problemMistakes(reply)).toEqual([]);
  return reply;
}

/** Asks for any path, of the contract or not. */
export async function askPath(node: string, method: string, path: string, question: Question = {}): Promise<Reply> {
  const { query, headers = {}, json, body, form = {} } = question;
  const asked = supertest(node)[method.toLowerCase() as 'get'](query === undefined ? path : `${path}?${query}`);
  asked.set(headers).buffer(true).parse(wholeBody);
  for (const [name, value] of Object.entries(form)) {
    if (typeof value === 'string') asked.field(name, value);
    else asked.attach(name, Buffer.from(value), `${name}.jpg`);
  }
  if (json !== undefined) sendBody(asked, 'application/json', JSON.stringify(json));
  if (body !== undefined) sendBody(asked, ...body);
  const { status, headers: answered, body: bytes } = await asked;
  return {
    status,
    headers: answered,
    mediaType: answered['content-type']?.split(';')[0] ?? null,
    bytes,
    json: () => jsonOf({ bytes }),
  };
}

/** Asks, and expects to be refused. @returns the problem. */
export async function refused(
  node: string,
  operation: OperationId,
  question: Question,
  status: number,
  code: string,
): Promise<Schemas['Problem']> {
  const reply = await ask(node, operation, question);
  expect({ status: reply.status, code: reply.json().code }, JSON.stringify(reply.json())).toEqual({ status, code });
  return reply.json();
}

function sendBody(asked: Test, mediaType: string, bytes: Uint8Array | string): void {
  // Set before: a test may send another digest, or (with '') none.
  if (mediaType === TENSOR_TYPE && asked.get(DIGEST_HEADER) === undefined) asked.set(DIGEST_HEADER, bodyDigest(bytes));
  asked.set('content-type', mediaType).send(typeof bytes === 'string' ? bytes : Buffer.from(bytes));
}

/** Every body as its bytes: supertest would take JSON and texts apart, each in its way. */
function wholeBody(response: unknown, done: (error: Error | null, body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  const message = response as IncomingMessage;
  message.on('data', (chunk: Buffer) => chunks.push(chunk));
  message.on('end', () => done(null, Buffer.concat(chunks)));
}
