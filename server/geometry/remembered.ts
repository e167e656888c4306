/** Where answers are kept: a `Map`, a `WeakMap`, or a map that is bounded. */
interface Answers<Key, Answer> {
  get(key: Key): Answer | undefined;
  set(key: Key, answer: Answer): unknown;
}

/** What is known for a key, worked out when it is asked for the first time. */
export function remembered<Key, Answer extends NonNullable<unknown> | null>(
  answers: Answers<Key, Answer>,
  key: Key,
  workOut: () => Answer,
): Answer {
  let answer = answers.get(key);
  if (answer === undefined) {
    answer = workOut();
    answers.set(key, answer);
  }
  return answer;
}

/** Answers of which there could be too many: one more than the limit, and all before it are forgotten. */
export class BoundedAnswers<Key, Answer> implements Answers<Key, Answer> {
  readonly #limit: number;
  readonly #answers = new Map<Key, Answer>();

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
