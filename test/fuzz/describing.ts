import type { FuzzCase } from './cases.js';
import type { WireAnswer } from './wire.js';

/** What was wrong with one case, and how it is repeated. */
export function describeMistake(
  seed: number,
  { number, node, what }: FuzzCase,
  mistake: string,
  answer: WireAnswer,
): string {
  const { status, mediaType, body } = answer;
  return [
    `case ${number}: ${node} ${mistake}`,
    `    asked: ${what}`,
    `    answered: ${status ?? 'nothing'} ${mediaType ?? ''} ${JSON.stringify(body.toString('latin1', 0, 300))}`,
    `    again: npm run fuzz -- --seed ${seed} --case ${number}`,
  ].join('\n');
}
