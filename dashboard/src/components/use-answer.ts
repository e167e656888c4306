import { useEffect, useState } from 'preact/hooks';
import { errorText } from '../error-text.js';

export type Asked<T> =
  /** `before`: what was answered to the question before this one. */
  | { readonly kind: 'asking'; readonly before: T | null }
  | { readonly kind: 'answered'; readonly answer: T }
  | { readonly kind: 'failed'; readonly why: string };

/**
 * Asks the gateway again whenever `key` changes; an answer to an earlier question is dropped.
 *
 * @param key null: nothing is asked.
 */
export function useAnswer<T>(key: string | null, ask: () => Promise<T>): Asked<T> {
  const [held, setHeld] = useState<{ readonly key: string | null; readonly asked: Asked<T> }>({
    key: null,
    asked: { kind: 'asking', before: null },
  });
  useEffect(() => {
    if (key === null) return undefined;
    let isCurrent = true;
    ask().then(
      (answer) => isCurrent && setHeld({ key, asked: { kind: 'answered', answer } }),
      (error: unknown) => isCurrent && setHeld({ key, asked: { kind: 'failed', why: errorText(error) } }),
    );
    return () => {
      isCurrent = false;
    };
  }, [key]);
  return held.key === key ? held.asked : { kind: 'asking', before: answerOf(held.asked) };
}

/** The answer, or while another is asked for the one before it. */
export function answerOf<T>(asked: Asked<T>): T | null {
  if (asked.kind === 'answered') return asked.answer;
  return asked.kind === 'asking' ? asked.before : null;
}
