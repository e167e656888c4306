import { useEffect, useRef, useState } from 'preact/hooks';

/** The latest value, but no more than one a while: for what costs the gateway something to follow. */
export function usePaced<T>(value: T, everyMs: number): T {
  const [paced, setPaced] = useState(value);
  const latest = useRef(value);
  const takenMs = useRef(0);
  const isWaiting = useRef<ReturnType<typeof setTimeout> | null>(null);
  latest.current = value;
  useEffect(() => {
    if (Object.is(value, paced) || isWaiting.current !== null) return;
    const take = (): void => {
      isWaiting.current = null;
      takenMs.current = Date.now();
      setPaced(latest.current);
    };
    isWaiting.current = setTimeout(take, Math.max(0, takenMs.current + everyMs - Date.now()));
  }, [value]);
  useEffect(() => () => clearTimeout(isWaiting.current ?? undefined), []);
  return paced;
}
