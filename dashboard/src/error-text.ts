import { ProblemError } from '../../client/problem-error.js';
import { sentence } from './format.js';

/** What went wrong, as a sentence for a person. */
export function errorText(error: unknown): string {
  if (error instanceof ProblemError) {
    const { problem, retryAfterSeconds: seconds } = error;
    return sentence(seconds === null ? problem.detail : `${problem.detail}; try again in ${seconds} s`);
  }
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'The gateway did not answer in time.';
  return sentence(error instanceof Error ? error.message : String(error));
}

export function isUnauthorised(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401;
}
