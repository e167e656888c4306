/** What is not well formed in an XML text without comments, sections or instructions; null when nothing is. */
export function wellFormed(xml: string): string | null {
  const open: string[] = [];
  let rest = xml;
  while (rest !== '') {
    const text = /^[^<]+/.exec(rest)?.[0];
    if (text !== undefined) {
      if (/&(?!(?:amp|lt|gt|quot);)/.test(text)) return `a bare & in "${text}"`;
      rest = rest.slice(text.length);
      continue;
    }
    const tag = /^<(\/?)([a-z]+)((?: [a-zA-Z-]+="[^"<]*")*)(\/?)>/.exec(rest);
    if (tag === null) return `no tag: ${rest.slice(0, 60)}`;
    const [all, closing, name, attributes, empty] = tag;
    if (/&(?!(?:amp|lt|gt|quot);)/.test(attributes!)) return `a bare & in ${all}`;
    const names = [...attributes!.matchAll(/ ([a-zA-Z-]+)=/g)].map((match) => match[1]);
    if (new Set(names).size < names.length) return `an attribute twice in ${all}`;
    if (closing === '/') {
      if (open.pop() !== name) return `${all} closes nothing`;
    } else if (empty === '') open.push(name!);
    rest = rest.slice(all!.length);
  }
  return open.length === 0 ? null : `left open: ${open.join(', ')}`;
}
