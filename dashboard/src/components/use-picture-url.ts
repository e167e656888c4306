import { useEffect, useState } from 'preact/hooks';
import { type Asked, answerOf, useAnswer } from './use-answer.js';

/** A picture's URL in this page, for as long as it is shown. */
export function usePictureUrl(key: string | null, load: () => Promise<Blob>): Asked<string> {
  const asked = useAnswer(key, load);
  const blob = answerOf(asked);
  const [shown, setShown] = useState<{ readonly blob: Blob; readonly url: string } | null>(null);
  useEffect(() => {
    if (blob === null) return undefined;
    const url = URL.createObjectURL(blob);
    setShown({ blob, url });
    return () => URL.revokeObjectURL(url);
  }, [blob]);
  if (asked.kind === 'failed') return asked;
  if (asked.kind === 'answered' && shown?.blob === blob) return { kind: 'answered', answer: shown.url };
  return { kind: 'asking', before: blob === null ? null : (shown?.url ?? null) };
}
