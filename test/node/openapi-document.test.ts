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
