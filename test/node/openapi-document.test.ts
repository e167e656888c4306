import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { contractOperations, readContract } from '../../server/node/contract/contract.js';
import { contractRoutes } from '../../server/node/contract/contract-routes.js';

describe('openapi.yaml', () => {
  test('is a valid OpenAPI 3.1 document', async () => {
    const result = await new Validator().validate(parse(readFileSync('openapi.yaml', 'utf8')));
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
  });

  test('has no text that YAML cut at a comma: what is left of it would be a key without a value', () => {
    const cut: string[] = [];
    const look = (value: unknown, path: readonly string[]): void => {
      if (path.some((key) => key === 'example' || key === 'examples' || key === 'default')) return;
      if (value === null) cut.push(path.join(' > '));
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value)) look(inner, [...path, key]);
    };
    look(parse(readFileSync('openapi.yaml', 'utf8')), []);
    expect(cut).toEqual([]);
  });

  test('has a schema for every body: a generator leaves out an operation that has one without', () => {
    const bare: string[] = [];
    const look = (value: unknown, path: readonly string[]): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value)) {
        if (path.at(-1) === 'content' && !('schema' in inner)) bare.push([...path, key].join(' > '));
        look(inner, [...path, key]);
      }
    };
    look(readContract(), []);
    expect(bare).toEqual([]);
  });

  test('gives parameters, answers and schemas different names: generators make one type of each', () => {
    const { components } = parse(readFileSync('openapi.yaml', 'utf8'));
    const names = ['parameters', 'responses', 'schemas'].flatMap((kind) => Object.keys(components[kind]));
    const lower = names.map((name) => name.toLowerCase());
    expect(lower.filter((name, i) => lower.indexOf(name) !== i)).toEqual([]);
  });

  test('has pictures, forms and tensors for clients only: nodes check no bytes by a schema', () => {
    const typed = contractRoutes(readContract()).flatMap(({ operationId, schema }) => {
      const { content = {} } = (schema.body ?? {}) as { content?: object };
      return Object.keys(content).map((type) => `${operationId} ${type}`);
    });
    const json = ['register', 'stealTask', 'returnTask', 'postResult'].map(
      (operation) => `${operation} application/json`,
    );
    expect(typed.sort()).toEqual(json.sort());
  });

  test('gives a route for each operation, with nothing left to resolve', () => {
    const routes = contractRoutes(readContract());
    const operations = contractOperations(readContract());
    expect(routes.map(({ operationId }) => operationId)).toEqual(
      operations.map(({ operation }) => operation.operationId),
    );
    expect(JSON.stringify(routes)).not.toContain('$ref');
    expect(routes.find(({ operationId }) => operationId === 'getFrameInput')).toMatchObject({
      method: 'GET',
      url: '/frames/:frame/input',
      schema: {
        params: { required: ['frame'], properties: { frame: { type: 'string' } } },
        querystring: { required: ['region'] },
      },
    });
  });

  test('a reference that points nowhere is found at once', () => {
    const contract = readContract();
    const paths = { '/x': { get: { operationId: 'x', parameters: [{ $ref: '#/components/parameters/none' }] } } };
    expect(() => contractRoutes({ ...contract, paths } as never)).toThrow('#/components/parameters/none');
  });
});
