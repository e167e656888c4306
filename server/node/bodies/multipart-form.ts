/** One part of a form. */
export interface FormPart {
  /** Null where the part names no file. */
  readonly fileName: string | null;
  /** Lower case and without parameters; null where the part has none. */
  readonly mediaType: string | null;
  readonly content: Buffer;
}

export type ReadForm =
  | { readonly kind: 'read'; readonly parts: readonly FormPart[] }
  | { readonly kind: 'malformed'; readonly why: string };

const LF = 0x0a;
const CR = 0x0d;

/** A form's first delimiter stands near its beginning. */
const PREAMBLE_BYTES = 1_024;

/** A longer one is none (RFC 2046, 5.1.1, has 70 bytes). */
const LONGEST_BOUNDARY = 256;

/**
 * Takes a form (`multipart/form-data`, RFC 7578) apart. Forms that programs write by hand are taken as well: with a
 * boundary in quotes or with blanks, none in the header, a byte order mark or other text before the first part, line feeds
 * alone, and a last delimiter that lacks its end. Contents are views of the body.
 *
 * @param contentType of the request, undefined where it has none.
 */
export function readMultipartForm(contentType: string | undefined, body: Buffer): ReadForm {
  const delimiter = delimiterOf(contentType, body);
  if (delimiter === null) return { kind: 'malformed', why: 'there is no boundary' };
  const lines = delimiterLines(body, delimiter);
  if (lines.length === 0) return { kind: 'malformed', why: 'the boundary that the header names is not in the body' };
  if (!lines.at(-1)!.isLast && lines.at(-1)!.endsAt < body.length) {
    return { kind: 'malformed', why: 'it ends before its last boundary' };
  }
  const parts: FormPart[] = [];
  for (const [i, line] of lines.entries()) {
    const next = lines[i + 1];
    if (line.isLast || next === undefined) break;
    const part = readPart(body.subarray(line.endsAt, beforeLineEnd(body, line.endsAt, next.startsAt)));
    if (part === null) return { kind: 'malformed', why: 'a part has no end of its headers' };
    parts.push(part);
  }
  return { kind: 'read', parts };
}

/** Says if a body is a form, whatever its header says. */
export function looksLikeForm(body: Buffer): boolean {
  const head = body.toString('latin1', 0, PREAMBLE_BYTES);
  return /^(?:\xef\xbb\xbf)?\s*--[^\r\n]+\r?\ncontent-(disposition|type):/i.test(head);
}

/** Two hyphens and the boundary; null where neither header nor body have one. */
function delimiterOf(contentType: string | undefined, body: Buffer): Buffer | null {
  const declared = /;\s*boundary\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/i.exec(contentType ?? '');
  const boundary = (declared?.[1]?.replace(/\\(.)/g, '$1') ?? declared?.[2] ?? '').trim();
  for (const text of [boundary, boundary.replace(/^\xef\xbb\xbf/, '')]) {
    const delimiter = Buffer.from(`--${text}`, 'latin1');
    if (text !== '' && delimiterLines(body, delimiter).length > 0) return delimiter;
  }
  if (boundary !== '') return Buffer.from(`--${boundary}`, 'latin1');
  const line = /(?:^|\n)(?:\xef\xbb\xbf)?(--[^\r\n]+?)[ \t]*\r?\n/.exec(body.toString('latin1', 0, PREAMBLE_BYTES));
  return line === null || line[1]!.length > LONGEST_BOUNDARY ? null : Buffer.from(line[1]!, 'latin1');
}

/** A line that parts a form's parts. */
interface DelimiterLine {
  /** The first byte of the line. */
  readonly startsAt: number;
  /** The first byte behind the line. */
  readonly endsAt: number;
  readonly isLast: boolean;
}

/** The lines of a body that are a delimiter, up to the last one. */
function delimiterLines(body: Buffer, delimiter: Buffer): DelimiterLine[] {
  const lines: DelimiterLine[] = [];
  for (let at = body.indexOf(delimiter); at !== -1; at = body.indexOf(delimiter, at + 1)) {
    const isLineStart = at === 0 || body[at - 1] === LF || (lines.length === 0 && isBlank(body.subarray(0, at)));
    if (!isLineStart) continue;
    const rest = body.toString('latin1', at + delimiter.length, at + delimiter.length + LONGEST_BOUNDARY);
    // Where the body ends within the line, its end may have been cut off.
    const end = /^(--?)?[ \t]*(\r?\n|\r?$)/.exec(rest);
    const isLast = rest.startsWith('--');
    if (end === null && !isLast) continue;
    lines.push({ startsAt: at, endsAt: at + delimiter.length + (end?.[0].length ?? 2), isLast });
    if (isLast) break;
  }
  return lines;
}

/** Nothing but a byte order mark and blanks. */
function isBlank(bytes: Buffer): boolean {
  return bytes.length <= PREAMBLE_BYTES && /^(?:\xef\xbb\xbf)?\s*$/.test(bytes.toString('latin1'));
}

/** Where a part's content ends: its last line end belongs to the delimiter behind it. */
function beforeLineEnd(body: Buffer, from: number, to: number): number {
  if (to <= from || body[to - 1] !== LF) return to;
  const lf = to - 1;
  return lf > from && body[lf - 1] === CR ? lf - 1 : lf;
}

function readPart(part: Buffer): FormPart | null {
  const head = headOf(part);
  if (head === null) return null;
  const headers = new Map<string, string>();
  for (const line of head.text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const fileName = /;\s*filename\*?\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/i.exec(
    headers.get('content-disposition') ?? '',
  );
  const mediaType = (headers.get('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase();
  return {
    fileName: fileName === null ? null : (fileName[1] ?? fileName[2] ?? ''),
    mediaType: mediaType === '' ? null : mediaType,
    content: part.subarray(head.endsAt),
  };
}

/** A part's headers, and where its content begins; null where no empty line ends the headers. */
function headOf(part: Buffer): { readonly text: string; readonly endsAt: number } | null {
  const none = /^\r?\n/.exec(part.toString('latin1', 0, 2));
  if (none !== null) return { text: '', endsAt: none[0].length };
  const ends = ['\r\n\r\n', '\n\n'].map((mark) => ({ at: part.indexOf(mark, 0, 'latin1'), length: mark.length }));
  const [first] = ends.filter(({ at }) => at !== -1).sort((a, b) => a.at - b.at);
  if (first === undefined) return null;
  return { text: part.toString('latin1', 0, first.at), endsAt: first.at + first.length };
}
