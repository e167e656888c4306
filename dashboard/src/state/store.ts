/** Holds the state, applies actions to it in turn, and tells who watches. */
export interface Store<S, A> {
  read(): S;
  dispatch(action: A): void;
  /** @returns what ends the watch. */
  watch(onChange: () => void): () => void;
}

export function createStore<S, A>(reduce: (state: S, action: A) => S, initial: S): Store<S, A> {
  let state = initial;
  const watchers = new Set<() => void>();
  return {
    read: () => state,
    dispatch(action) {
      const next = reduce(state, action);
      if (next === state) return;
      state = next;
      for (const onChange of watchers) onChange();
    },
    watch(onChange) {
      watchers.add(onChange);
      return () => watchers.delete(onChange);
    },
  };
}
