import util from 'node:util';

/** Functions of Node's `util` that tfjs-node 4.22 calls whenever it computes: of Node 23 on they are gone or print a warning. */
const CALLED = {
  isArray: Array.isArray,
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
} as const;

/** Defines these functions, as they were, in `util`. Call it before tfjs-node is loaded. */
export function defineRemovedUtil(): void {
  Object.assign(util, CALLED);
}
