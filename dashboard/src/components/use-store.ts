import { useEffect, useState } from 'preact/hooks';
import type { Store } from '../state/store.js';

/** A busy cluster tells hundreds of things a second; nobody sees more pictures of them than this. */
const RENDER_EVERY_MS = 90;

/** The store's state; renders again when it changes, but not more often than eyes follow. */
export function useStore<S, A>(store: Store<S, A>): S {
  const [state, setState] = useState(store.read);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let renderedMs = 0;
    const render = (): void => {
      timer = undefined;
      renderedMs = performance.now();
      setState(store.read);
    };
    const update = (): void => {
      timer ??= setTimeout(render, Math.max(0, renderedMs + RENDER_EVERY_MS - performance.now()));
    };
    render();
    const unwatch = store.watch(update);
    return () => {
      unwatch();
      clearTimeout(timer);
    };
  }, [store]);
  return state;
}
