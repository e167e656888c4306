import { STATEMENTS, type StatementId } from '../page/paper-statements.js';

/** The number of one of the paper's statements. */
export function statedValue(id: StatementId): number {
  return STATEMENTS.find((statement) => statement.id === id)!.value;
}
