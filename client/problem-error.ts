import type { components } from './generated/contract.js';

export type Problem = components['schemas']['Problem'];

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
