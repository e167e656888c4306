import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The parts of the contract that the node itself looks into. */
export interface Contract {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, ContractOperation>>>>;
}

export interface ContractOperation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly security?: readonly unknown[];
}

export const HTTP_METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

const TEXT = readFileSync(createRequire(import.meta.url).resolve('#contract'), 'utf8');

/** The contract, `openapi.yaml`; a new object at each call, since plugins write into what they are given. */
export function readContract(): Contract {
  return JSON.parse(TEXT) as Contract;
}

/** Every operation with its method and path. */
export function contractOperations(contract: Contract) {
  return Object.entries(contract.paths).flatMap(([path, item]) =>
    HTTP_METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ method, path, operation }];
    }),
  );
}
