import type { components } from './generated/contract.js';

/** As the contract has it; a node of a later version may have codes that this one does not know. */
export type Problem = Omit<components['schemas']['Problem'], 'code'> & { code: string };

/** A node answered with a problem (RFC 9457). Match `code`, never the text. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly problem: Problem;
  /** Seconds after which the node asks to be tried again, if it said so. */
  readonly retryAfterSeconds: number | null;

  constructor(problem: Problem, retryAfterSeconds: number | null = null) {
    super(problem.detail);
    this.name = 'ProblemError';
    this.status = problem.status;
    this.code = problem.code;
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
