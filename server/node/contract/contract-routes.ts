import type { FastifySchema } from 'fastify';
import type { OperationId } from '../../../client/client.js';
import { type Contract, contractOperations, resolveReferences } from './contract.js';

/** One operation as Fastify wants it. */
export interface ContractRoute {
  readonly operationId: OperationId;
  readonly method: string;
  readonly url: string;
  /** What requests are validated by; answers are checked by tests, not while a node runs. */
  readonly schema: FastifySchema;
  /** Query parameters that are arrays. */
  readonly lists: readonly string[];
  /** Whether it is what nodes say to each other, rather than for people and programs. */
  readonly isWork: boolean;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly required?: boolean;
  readonly schema: { readonly type?: unknown };
}

interface Body {
  readonly content: Readonly<Record<string, { readonly schema?: object }>>;
}

interface Operation {
  readonly tags: readonly string[];
  readonly operationId: OperationId;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Body;
}

const JSON_TYPE = 'application/json';

const FASTIFY_PART = { path: 'params', query: 'querystring', header: 'headers' } as const;

/** The contract's operations as routes, with nothing left to resolve. */
export function contractRoutes(contract: Contract): ContractRoute[] {
  const paths = resolveReferences(contract.paths, contract) as Record<string, { parameters?: readonly Parameter[] }>;
  return contractOperations({ ...contract, paths } as unknown as Contract).map(({ method, path, operation }) => {
    const { operationId, parameters = [], requestBody, tags } = operation as unknown as Operation;
    const all = [...(paths[path]!.parameters ?? []), ...parameters];
    return {
      operationId,
      method: method.toUpperCase(),
      url: path.replace(/\{(\w+)\}/g, ':$1'),
      isWork: tags.includes('work'),
      lists: all
        .filter(({ in: place, schema }) => place === 'query' && schema.type === 'array')
        .map(({ name }) => name),
      schema: { ...parameterSchemas(all, !tags.some(isOpen)), ...bodySchema(requestBody) },
    };
  });
}

/** Returns whether unknown query parameters are ignored: health probes add some, and nodes of a later version may. */
function isOpen(tag: string): boolean {
  return tag === 'work' || tag === 'node';
}

/** @param isClosed true: other query parameters are refused. */
function parameterSchemas(parameters: readonly Parameter[], isClosed: boolean): FastifySchema {
  const schema: Record<string, object> = {};
  for (const [place, part] of Object.entries(FASTIFY_PART)) {
    const here = parameters.filter((parameter) => parameter.in === place);
    const closes = isClosed && place === 'query';
    if (here.length === 0 && !closes) continue;
    const properties = Object.fromEntries(here.map((parameter) => [parameter.name, parameter.schema]));
    const required = here.filter((parameter) => parameter.required).map(({ name }) => name);
    schema[part] = { type: 'object', properties, required, ...(closes && { additionalProperties: false }) };
  }
  return schema;
}

/** Returns the schema of JSON bodies. The code that reads pictures, tensors and forms checks them: their schemas are for clients. */
function bodySchema(body: Body | undefined): FastifySchema {
  const json = body?.content[JSON_TYPE];
  return json === undefined ? {} : { body: { content: { [JSON_TYPE]: json } } };
}
