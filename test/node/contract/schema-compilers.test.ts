import type { FastifySchema } from 'fastify';
import { expect, test } from 'vitest';
import { compileInTurns, exactAjv } from '../../../server/node/contract/schema-compilers.js';

/** A schema that tells when it is compiled. */
function watched(seen: string[], name: string): object {
  return {
    get type() {
      seen.push(name);
      return 'object';
    },
  };
}

test('each schema of requests is compiled in a turn of its own, bodies of every type too', async () => {
  const seen: string[] = [];
  const schemas: FastifySchema[] = [
    { body: { content: { 'application/json': { schema: watched(seen, 'body') } } }, params: watched(seen, 'params') },
    { querystring: watched(seen, 'query') },
  ];
  const perTurn: number[] = [];
  let known = 0;
  await compileInTurns(schemas, () => {
    const compiled = new Set(seen).size;
    perTurn.push(compiled - known);
    known = compiled;
    return true;
  });
  expect(new Set(seen)).toEqual(new Set(['body', 'params', 'query']));
  expect(perTurn).toEqual([0, 1, 1]);
});

test('nothing more is compiled for an application that has closed', async () => {
  const seen: string[] = [];
  await compileInTurns([{ params: watched(seen, 'params') }], () => false);
  expect(seen).toEqual([]);
});

test('what is compiled once is found when a request asks for it', async () => {
  const schema = { type: 'object', required: ['a'] };
  await compileInTurns([{ body: { content: { 'application/json': { schema } } } }], () => true);
  const first = exactAjv.compile(schema);
  expect(exactAjv.compile(schema)).toBe(first);
  expect(first({})).toBe(false);
});
