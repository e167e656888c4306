import { useEffect, useState } from 'preact/hooks';

/** Returns whether an element has been in sight for `lingerMs` without a break, now or before. */
export function useSeen(element: { readonly current: Element | null }, lingerMs: number): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const { current } = element;
    if (current === null) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new IntersectionObserver((entries) => {
      clearTimeout(timer);
      if (entries.at(-1)?.isIntersecting === true) timer = setTimeout(() => setSeen(true), lingerMs);
    });
    observer.observe(current);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, []);
  return isSeen;
}
