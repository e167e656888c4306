import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { OperationId } from '../../../client/client.js';
import { OPERATIONS } from '../../../client/generated/operations.js';
import { contractOperations, readContract } from '../../../server/node/contract/contract.js';
import { missingOperation, type NodeRole } from '../../../server/node/contract/operations.js';
import { contract } from '../contract-answers.js';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'];

interface WrittenOperation {
  readonly operationId: string;
  readonly responses: Record<string, { readonly content?: Record<string, unknown> }>;
  readonly security?: readonly unknown[];
  readonly requestBody?: unknown;
}

/** Every operation as `openapi.yaml` has it, found apart from what the server reads. */
const written = Object.entries<Record<string, WrittenOperation>>(contract.paths).flatMap(([path, item]) =>
  METHODS.filter((method) => method in item).map((method) => ({ method, path, operation: item[method]! })),
);

describe('what is generated from the contract', () => {
  it('is the same contract: openapi.json, which nodes read and serve', () => {
    const text = readFileSync(new URL('../../../client/generated/openapi.json', import.meta.url), 'utf8');
    expect(JSON.parse(text)).toEqual(contract);
    expect(readContract()).toEqual(contract);
  });

  it('has every operation with its method, path and answers, and no other', () => {
    const wanted = written.map(({ method, path, operation: { operationId, responses } }) => {
      const good = Object.entries(responses).filter(([status]) => Number(status) < 400);
      const answers = Object.fromEntries(good.map(([status, { content }]) => [status, Object.keys(content ?? {})]));
      return [operationId, { method: method.toUpperCase(), path, answers }] as const;
    });
    expect(OPERATIONS).toEqual(Object.fromEntries(wanted));
    const found = contractOperations(readContract()).map(({ operation }) => operation.operationId);
    expect(found.sort()).toEqual(wanted.map(([id]) => id).sort());
  });
});

describe('every operation', () => {
  it('has an id of its own', () => {
    const ids = written.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(written.map(({ method, path, operation }) => [`${method} ${path}`, operation] as const))(
    '%s declares how it refuses what is asked',
    (_name, operation) => {
      const open = operation.security?.length === 0;
      expect('401' in operation.responses).toBe(!open);
      if (operation.requestBody !== undefined) {
        expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '413', '415']));
      }
    },
  );
});

describe('an operation that a role has no handler for', () => {
  const answerOf = (operation: OperationId, role: NodeRole) => missingOperation(operation, role)();

  it('says who does it', async () => {
    await expect(answerOf('getFrame', 'edge')).rejects.toMatchObject({
      status: 404,
      code: 'DT_OTHER_ROLE',
      message: expect.stringContaining('the gateway'),
    });
    await expect(answerOf('pushTask', 'gateway')).rejects.toMatchObject({
      status: 404,
      code: 'DT_OTHER_ROLE',
      message: expect.stringContaining('edge devices'),
    });
  });

  it.each([
    ['getFrame', 'gateway'],
    ['pushTask', 'edge'],
    ['getLive', 'gateway'],
    ['register', 'edge'],
  ] as const)('keeps a node from starting when it should be there: %s on the %s', (operation, role) => {
    expect(() => missingOperation(operation, role)).toThrow(operation);
  });
});
