import { COMMUNICATION_STATEMENTS } from '../statements/communication-statements.js';
import { LATENCY_STATEMENTS } from '../statements/latency-statements.js';
import { MEMORY_STATEMENTS } from '../statements/memory-statements.js';
import { PARAMETERS_STATEMENTS } from '../statements/parameters-statements.js';
import { SOURCES_STATEMENTS } from '../statements/sources-statements.js';

/** Every number that the paper's text states of its figures. `MB` in the paper is 2^20 bytes: its Figure 12 fits no other. */
export const STATEMENTS = [
  ...MEMORY_STATEMENTS,
  ...COMMUNICATION_STATEMENTS,
  ...LATENCY_STATEMENTS,
  ...SOURCES_STATEMENTS,
  ...PARAMETERS_STATEMENTS,
];

export type StatementId = (typeof STATEMENTS)[number]['id'];

/** The number of one of the paper's statements. */
export function statedValue(id: StatementId): number {
  return STATEMENTS.find((statement) => statement.id === id)!.value;
}
