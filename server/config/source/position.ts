/** Where something stands in a file, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The way from the file's root to a value: keys of maps, indices of lists. */
export type ConfigPath = readonly (string | number)[];

/** `['devices', 1, 'address']` as `devices[1].address`. */
export function formatPath(path: ConfigPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[\w-]+$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step.length > 40 ? `${step.slice(0, 40)}…` : step)}]`;
  }
  return text;
}

/** Whether `path` is at or below `prefix`. */
export function isPrefix(prefix: ConfigPath, path: ConfigPath): boolean {
  return prefix.length <= path.length && prefix.every((step, depth) => step === path[depth]);
}

/** Remembers where each key and each value of a file stands. */
export class PositionIndex {
  readonly #keys = new Map<string, Position>();
  readonly #values = new Map<string, Position>();

  add(path: ConfigPath, value: Position, key: Position = value): void {
    const id = JSON.stringify(path);
    this.#keys.set(id, key);
    this.#values.set(id, value);
  }

  /** Whether the file has this key, be it without a value. */
  has(path: ConfigPath): boolean {
    return this.#keys.has(JSON.stringify(path));
  }

  /** Of the key's name; of the nearest key above it when the file does not have it; else the file's start. */
  ofKey(path: ConfigPath): Position {
    return this.#nearest(this.#keys, path);
  }

  /** Of the key's value; of the nearest key above it when the file does not have it; else the file's start. */
  ofValue(path: ConfigPath): Position {
    return this.#values.get(JSON.stringify(path)) ?? this.#nearest(this.#keys, path);
  }

  #nearest(positions: ReadonlyMap<string, Position>, path: ConfigPath): Position {
    for (let length = path.length; length > 0; length--) {
      const position = positions.get(JSON.stringify(path.slice(0, length)));
      if (position !== undefined) return position;
    }
    return { line: 1, column: 1 };
  }
}
