import { expect, it } from 'vitest';
import type { OperationId } from '../../../client/client.js';
import { peoplesContract } from '../../../server/node/contract/audience.js';
import { contractOperations, readContract, resolveReferences } from '../../../server/node/contract/contract.js';
import { contractMistakes } from '../contract-answers.js';

interface Content {
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

/** What people's operations answer when all is well, in JSON or text; pictures, tensors and the contract itself are no examples. */
const answers = contractOperations(peoplesContract(readContract())).flatMap(({ operation }) => {
  const responses = resolveReferences(operation.responses, readContract()) as Record<
    string,
    { readonly content?: Readonly<Record<string, Content>> }
  >;
  return Object.entries(responses)
    .filter(([status]) => Number(status) < 300)
    .flatMap(([status, { content = {} }]) =>
      Object.entries(content)
        .filter(([type]) => type === 'application/json' || type.startsWith('text/'))
        .map(([type, { examples }]) => [operation.operationId as OperationId, Number(status), type, examples] as const),
    );
});
const wanted = answers.filter(([operation]) => operation !== 'getContract');

it.each(wanted)('%s has an example of %s %s that the contract allows', (operation, status, mediaType, examples) => {
  const values = Object.values(examples ?? {}).map(({ value }) => value);
  expect(values).not.toEqual([]);
  for (const value of values) {
    const bytes = Buffer.from(JSON.stringify(value));
    expect(contractMistakes(operation, { status, mediaType, bytes })).toEqual([]);
  }
});

it('there are such operations', () => {
  expect(wanted.length).toBeGreaterThan(15);
});
