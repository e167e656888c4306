import { byteCount, type ForeignFormat, REMEDY } from './format-names.js';

/** Kinds of text, by their beginning without prolog and comments. */
const KINDS: readonly (readonly [start: RegExp, kind: string, remedy: string])[] = [
  [/^<(!doctype\s+)?(\w+:)?svg[\s>/]/i, 'an SVG drawing', REMEDY.draw],
  [/^<(!doctype\s+html|html|head|body|title|meta|script|div|h1|p|center)[\s>/]/i, 'a web page', REMEDY.page],
  [/^<[\w:!]/, 'an XML document', REMEDY.check],
  [/^[{[]/, 'JSON', REMEDY.check],
  [/^version https:\/\/git-lfs/, 'a Git LFS pointer', REMEDY.lfs],
  [/^(data:image\/|\/9j\/[\w+/]|iVBORw0KGgo|UklGR[\w+/])/, 'base64', REMEDY.decode],
  [/^HTTP\/1/, 'an HTTP answer', REMEDY.check],
  [/^--\S[^\n]*\n *content-/i, 'a form, or a part of a stream', REMEDY.check],
];

/** What may stand before a document's first element. */
const PROLOG = /^(\s|<\?[^>]*>|<!--(?:(?!-->)[\s\S])*-->)+/;

/** Names a text by its kind, null for what is no text. */
export function nameText(head: Buffer, length: number): ForeignFormat | null {
  const text = decode(head);
  if (text === null) return null;
  const content = text.replace(PROLOG, '');
  const size = `${byteCount(length)} of text`;
  const found = KINDS.find(([start]) => start.test(content));
  return found === undefined
    ? { name: size, remedy: REMEDY.check }
    : { name: `${size} (${found[1]})`, remedy: found[2] };
}

/** Returns bytes as text, null if they are none: UTF-8 or UTF-16 without control characters. */
function decode(head: Buffer): string | null {
  const order = head.length < 2 ? 0 : head.readUInt16BE(0);
  const encoding = order === 0xfffe ? 'utf-16le' : order === 0xfeff ? 'utf-16be' : 'utf-8';
  try {
    // The last character may be cut.
    const text = new TextDecoder(encoding, { fatal: true }).decode(head, { stream: true });
    return text !== '' && !/[^\P{Cc}\t\n\f\r]/u.test(text) ? text : null;
  } catch {
    return null;
  }
}
