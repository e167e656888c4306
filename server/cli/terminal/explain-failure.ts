import { ANSWER_CODE, AnswerError } from '../../../client/answer-error.js';
import { ProblemError } from '../../../client/problem-error.js';
import { DeepThingsError } from '../../errors.js';
import { nameFailureText } from '../../node/peers/name-failure.js';
import { tlsFailureText } from '../../node/tls/tls-failure.js';

/** What went wrong when the gateway was asked, in words that help. */
export function explainFailure(error: unknown, address: string): string {
  if (error instanceof ProblemError) {
    if (error.status === 401) {
      return `the gateway at ${address} asks for the cluster's token: set DEEPTHINGS_TOKEN to it, or DEEPTHINGS_TOKEN_FILE to a file with it`;
    }
    if (error.code === ANSWER_CODE) return `what answers at ${address} is no DeepThings node (status ${error.status})`;
    return `${error.message} (${error.status} ${error.code})`;
  }
  if (error instanceof DeepThingsError || error instanceof AnswerError) return error.message;
  const known = tlsFailureText(error, { name: 'the gateway', address }) ?? nameFailureText(error, address);
  if (known !== null) return known;
  const { cause, name, message } = error as Error;
  const code = (error as NodeJS.ErrnoException).code ?? (cause as NodeJS.ErrnoException | undefined)?.code;
  if (name === 'TimeoutError') return `the gateway at ${address} did not answer: ${message}`;
  const start = 'start the cluster with "deepthings up", or name its gateway with --gateway';
  return `cannot reach the gateway at ${address} (${code ?? message}): ${start}`;
}
