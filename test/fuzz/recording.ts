import type { IncomingMessage } from 'node:http';
import { TENSOR_TYPE } from '../../client/body-digest.js';
import type { OperationId } from '../../client/client.js';
import { OPERATIONS } from '../../client/generated/operations.js';
import type { RecordedBody } from './cases.js';
import { readHeader } from './tensor-bodies.js';

const PATHS = Object.entries(OPERATIONS).map(([operation, { method, path }]) => ({
  operation: operation as OperationId,
  method: method as string,
  path: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
}));

/** Keeps one body of each kind that nodes send each other: of each operation and media type, and with each set of facts. */
export class Recording {
  readonly #kinds = new Map<string, RecordedBody>();

  note({ method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>, body: Buffer): void {
    const path = url?.split('?')[0] ?? '';
    const operation = PATHS.find((known) => known.method === method && known.path.test(path))?.operation;
    const mediaType = headers['content-type']?.split(';')[0];
    if (operation === undefined || mediaType === undefined || body.length === 0) return;
    const kind = kindOf(operation, mediaType, body);
    if (!this.#kinds.has(kind)) this.#kinds.set(kind, { operation, mediaType, body });
  }

  get kinds(): string[] {
    return [...this.#kinds.keys()].sort();
  }

  /** In an order that does not depend on what came first. */
  get bodies(): RecordedBody[] {
    return this.kinds.map((kind) => this.#kinds.get(kind)!);
  }
}

function kindOf(operation: OperationId, mediaType: string, body: Buffer): string {
  if (mediaType === TENSOR_TYPE) {
    const facts = Object.keys(readHeader(body)?.header.__metadata__ ?? {});
    return `${operation} ${facts.includes('member') || facts.includes('gang') ? 'block' : 'tile'}`;
  }
  return `${operation} ${mediaType}`;
}
