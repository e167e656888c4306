/** Where answers are kept: a `Map`, or a cache with a bound. */
export interface Answers<Key, Answer> {
  get(key: Key): Answer | undefined;
  set(key: Key, answer: Answer): unknown;
}

/** The answer for a key, computed when it is asked for the first time. */
export function memoize<Key, Answer extends NonNullable<unknown> | null>(
  answers: Answers<Key, Answer>,
  key: Key,
  compute: () => Answer,
): Answer {
  let answer = answers.get(key);
  if (answer === undefined) {
    answer = compute();
    answers.set(key, answer);
  }
  return answer;
}

/** A cache of bounded size. When it is full, the next new key empties it first. */
export class BoundedCache<Key, Answer> implements Answers<Key, Answer> {
  readonly #limit: number;
  readonly #answers = new Map<Key, Answer>();

  /** @param limit entries at most. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: Key): Answer | undefined {
    return this.#answers.get(key);
  }

  set(key: Key, answer: Answer): void {
    if (this.#answers.size >= this.#limit) this.#answers.clear();
    this.#answers.set(key, answer);
  }
}
