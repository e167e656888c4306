import { contractMistakes, problemMistakes } from '../node/contract-answers.js';
import type { FuzzCase } from './cases.js';
import type { WireAnswer } from './wire.js';

/** @returns what is wrong with a node's answer to a case. */
export function mistakesOf({ operation, isHead, mayBeHeld }: FuzzCase, answer: WireAnswer): string[] {
  const { status, mediaType, body, isOpen } = answer;
  if (status === null) return isOpen && !mayBeHeld ? ['was not answered'] : [];
  const seen = { status, mediaType, bytes: new Uint8Array(body) };
  const leaks = [...answer.headers.keys()].includes('set-cookie') ? ['a header that came with the request'] : [];
  if (isHead || (isOpen && mayBeHeld)) return [...leaks, ...serverFault(status)];
  const isProblem = status >= 400;
  const wrong = isProblem ? attempt(() => problemMistakes(seen)) : [];
  // Whatever the path, a request may be refused before a route is found for it.
  const isEarly = [400, 404, 405, 408, 414, 417, 431].includes(status);
  if (operation === null || (isProblem && isEarly)) return [...leaks, ...serverFault(status), ...wrong];
  return [
    ...leaks,
    ...wrong,
    ...attempt(() => contractMistakes(operation, seen)),
    ...internalFault(status, seen.bytes),
  ];
}

function serverFault(status: number): string[] {
  return status >= 500 && status !== 501 && status !== 503 ? [`answered ${status}`] : [];
}

/** Where 500 is declared it tells how a frame ended, not that the node failed. */
function internalFault(status: number, bytes: Uint8Array): string[] {
  return status === 500 && Buffer.from(bytes).includes('DT_INTERNAL') ? ['failed to answer: DT_INTERNAL'] : [];
}

function attempt(look: () => string[]): string[] {
  try {
    return look();
  } catch (error) {
    return [`an answer that is no JSON: ${(error as Error).message}`];
  }
}
