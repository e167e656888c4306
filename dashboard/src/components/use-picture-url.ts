import { useEffect, useState } from 'preact/hooks';
import { type Asked, useAnswer } from './use-answer.js';

/** A picture's URL in this page, for as long as it is shown. */
export function usePictureUrl(key: string | null, load: () => Promise<Blob>): Asked<string> {
  const asked = useAnswer(key, load);
  const blob = asked.kind === 'answered' ? asked.answer : null;
  const [shown, setShown] = useState<{ readonly blob: Blob; readonly url: string } | null>(null);
  useEffect(() => {
    if (blob === null) return undefined;
    const url = URL.createObjectURL(blob);
    setShown({ blob, url });
    return () => URL.revokeObjectURL(url);
  }, [blob]);
  if (asked.kind === 'failed') return asked;
  return shown !== null && shown.blob === blob
    ? { kind: 'answered', answer: shown.url }
    : { kind: 'asking', before: null };
}
