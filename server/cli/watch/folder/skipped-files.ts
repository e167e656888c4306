import { formatCount } from '../../terminal/quantities.js';

/** Why something in a folder is not looked at. */
export type SkippedKind =
  | 'sub-folder'
  | 'linked folder'
  | 'hidden folder'
  | 'too deep'
  | 'ending'
  | 'hidden'
  | 'no file'
  | 'broken link';

/** Names that are given of each kind. */
const NAMES = 3;

/** One, several, and the reason. */
const WORDS: Readonly<Record<SkippedKind, readonly [one: string, many: string, why: string]>> = {
  'sub-folder': ['sub-folder', 'sub-folders', 'only --recursive looks into sub-folders'],
  'linked folder': ['link to a folder', 'links to folders', 'links to folders are not followed'],
  'hidden folder': ['hidden folder', 'hidden folders', 'the name begins with a dot'],
  'too deep': ['sub-folder', 'sub-folders', 'too many levels down'],
  ending: ['file', 'files', 'the name does not end with .jpg, .jpeg, .png or .webp'],
  hidden: ['hidden file', 'hidden files', 'the name begins with a dot'],
  'no file': ['pipe, socket or device', 'pipes, sockets or devices', 'only files are read'],
  'broken link': ['link', 'links', 'the link leads to no file'],
};

/** Says what is left alone in a folder: each kind once, with some names. */
export class SkippedFile {
  readonly #told = new Set<SkippedKind>();

  /** @returns what to say of kinds that are new; null when there is none. */
  news(found: readonly { readonly kind: SkippedKind; readonly name: string }[]): string | null {
    const names = new Map<SkippedKind, string[]>();
    for (const { kind, name } of found) {
      if (this.#told.has(kind)) continue;
      const all = names.get(kind);
      if (all === undefined) names.set(kind, [name]);
      else all.push(name);
    }
    for (const kind of names.keys()) this.#told.add(kind);
    return names.size === 0 ? null : `left alone: ${[...names].map(describe).join('; ')}`;
  }
}

function describe([kind, names]: [SkippedKind, readonly string[]]): string {
  const [one, many, why] = WORDS[kind];
  return `${formatCount(names.length, one, many)} (${someNames(names)}), since ${why}`;
}

/** The first of several names. */
export function someNames(names: readonly string[]): string {
  return `${names.slice(0, NAMES).join(', ')}${names.length > NAMES ? ', …' : ''}`;
}
