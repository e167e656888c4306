const CUT = '…';

/**
 * Cuts names to at most `characters` each, no two of them to the same text: at the end where that tells them apart, else in
 * the middle, else what they begin with in common. An empty text where even that does not.
 */
export function shortNames(names: readonly string[], characters: number): ReadonlyMap<string, string> {
  for (let tail = 0; tail < characters; tail++) {
    const cut = names.map((name) => cutOut(name, characters, tail));
    if (new Set(cut).size === names.length) return mapOf(names, cut);
  }
  const fits = (name: string): boolean => name.length <= characters;
  const shared = commonStart(names.filter((name) => !fits(name)));
  const cut = names.map((name) => (fits(name) ? name : cutOut(`${CUT}${name.slice(shared)}`, characters, 0)));
  const isOnly = (text: string): boolean => cut.indexOf(text) === cut.lastIndexOf(text);
  return mapOf(
    names,
    cut.map((text, index) => (fits(names[index]!) || isOnly(text) ? text : '')),
  );
}

/** A name without as much as is too long, and with its last `tail` characters. */
function cutOut(name: string, characters: number, tail: number): string {
  if (name.length <= characters) return name;
  return name.slice(0, characters - CUT.length - tail) + CUT + name.slice(name.length - tail);
}

/** Returns the length of the prefix that all names share. */
function commonStart([first = '', ...others]: readonly string[]): number {
  let length = 0;
  while (length < first.length && others.every((name) => name[length] === first[length])) length++;
  return length;
}

function mapOf(names: readonly string[], texts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name, index) => [name, texts[index]!]));
}
