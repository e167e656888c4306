import util from 'node:util';

/** Functions of Node's `util` that Node 23 removed and that tfjs-node 4.22 calls whenever it computes. */
const REMOVED = {
  isArray: Array.isArray,
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
} as const;

/** Defines those functions of `util` that this Node no longer has. Call it before tfjs-node is loaded. */
export function defineRemovedUtil(): void {
  const functions = util as unknown as Record<string, unknown>;
  for (const [name, removed] of Object.entries(REMOVED)) functions[name] ??= removed;
}
