/** Changes beyond this many, and beyond the root of the size, are worked into the base. */
const FEW = 16;

/**
 * A map of which a changed copy is cheap: copies share what they were made of, and hold what differs from it. For state that
 * is replaced with every event and changes in one place of many; a copy costs the root of its size, spread over many.
 *
 * A copy that is being made may be written to; once it is given away it is to be left alone, as frozen data is.
 */
export class LayeredMap<Value> implements ReadonlyMap<string, Value> {
  #base: ReadonlyMap<string, Value>;
  /** What is new, or other than in the base. */
  #changes: Map<string, Value>;
  /** Of these, what the base has not. */
  #added: number;

  private constructor(base: ReadonlyMap<string, Value>, changes: Map<string, Value>, added: number) {
    this.#base = base;
    this.#changes = changes;
    this.#added = added;
  }

  /** A copy to write to. */
  static copyOf<Value>(map: ReadonlyMap<string, Value>): LayeredMap<Value> {
    if (!(map instanceof LayeredMap)) return new LayeredMap(map, new Map(), 0);
    const layered: LayeredMap<Value> = map;
    if (layered.#changes.size <= FEW + Math.sqrt(layered.size)) {
      return new LayeredMap(layered.#base, new Map(layered.#changes), layered.#added);
    }
    return new LayeredMap(new Map(layered), new Map(), 0);
  }

  get size(): number {
    return this.#base.size + this.#added;
  }

  get(key: string): Value | undefined {
    return this.#changes.has(key) ? this.#changes.get(key) : this.#base.get(key);
  }

  has(key: string): boolean {
    return this.#changes.has(key) || this.#base.has(key);
  }

  set(key: string, value: Value): this {
    if (!this.has(key)) this.#added++;
    this.#changes.set(key, value);
    return this;
  }

  /** Rare, so it makes a base of its own. @returns whether it was there. */
  delete(key: string): boolean {
    if (!this.has(key)) return false;
    const rest = new Map(this);
    rest.delete(key);
    this.#base = rest;
    this.#changes = new Map();
    this.#added = 0;
    return true;
  }

  *entries(): MapIterator<[string, Value]> {
    for (const [key, value] of this.#base) yield [key, this.#changes.has(key) ? this.#changes.get(key)! : value];
    for (const [key, value] of this.#changes) if (!this.#base.has(key)) yield [key, value];
  }

  *keys(): MapIterator<string> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): MapIterator<Value> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries();
  }

  forEach(use: (value: Value, key: string, map: ReadonlyMap<string, Value>) => void): void {
    for (const [key, value] of this) use(value, key, this);
  }
}
