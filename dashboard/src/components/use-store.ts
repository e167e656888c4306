import { useEffect, useState } from 'preact/hooks';
import type { Store } from '../state/store.js';

/** The store's state; renders again when it changes. */
export function useStore<S, A>(store: Store<S, A>): S {
  const [state, setState] = useState(store.read);
  useEffect(() => {
    const update = (): void => setState(store.read);
    update();
    return store.watch(update);
  }, [store]);
  return state;
}
