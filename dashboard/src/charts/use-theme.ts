import { useEffect, useState } from 'preact/hooks';

/** One for all: the browser remembers each that was ever asked for. */
const dark = matchMedia('(prefers-color-scheme: dark)');

/** Which theme the system wants; renders again when it changes, for what is drawn with colours worked out beforehand. */
export function useTheme(): 'light' | 'dark' {
  const [isDark, setDark] = useState(dark.matches);
  useEffect(() => {
    const update = (): void => setDark(dark.matches);
    update();
    dark.addEventListener('change', update);
    return () => dark.removeEventListener('change', update);
  }, []);
  return isDark ? 'dark' : 'light';
}
