import { PICTURE_STARTS } from '../../imaging/picture-format.js';

/** Status and headers of an answer. */
export interface AnswerHead {
  readonly status: number;
  readonly reason: string;
  /** Whether the connection can serve another request. */
  readonly isPersistent: boolean;
  readonly headers: HeaderFields;
}

/** Headers by lower-case name, each with its lines in order. */
export type HeaderFields = ReadonlyMap<string, readonly string[]>;

/** `foreign` is what does not begin like HTTP. */
export type HeadReading =
  | { readonly kind: 'incomplete' | 'foreign' }
  | { readonly kind: 'head'; readonly head: AnswerHead; readonly bodyAt: number };

const STATUS_LINE = /^(HTTPS?|ICY)(?:\/(\d+(?:\.\d*)?))?[ \t]+(\d{3})(?!\d)[ \t]*(.*)$/is;
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*(.*)$/s;
/** Headers that a program without a web server's help begins its answer with. */
const BARE_HEADER = /^(status|content-[a-z]+|server|date|cache-control|pragma|expires|connection|x-[a-z-]+)[ \t]*:/i;
const LF = 0x0a;
/** An empty line. CR may be doubled, or stand in place of LF. */
const EMPTY_LINE = /\r*\n\r*\n|\r\r(?=[^\r\n])/g;

/**
 * Reads the head of an answer as cameras write it: lines may end with LF or CR alone, lines without a name are passed over, a
 * blank may stand before the colon, the status line may say `ICY`, lack its reason or be missing, and a picture or the first
 * part of a stream may come without any head.
 *
 * @param isEnded whether no more bytes come: then a head need not end with an empty line.
 */
export function readAnswerHead(bytes: Buffer, isEnded: boolean): HeadReading {
  const start = bytes.findIndex((byte) => byte !== LF && byte !== 0x0d);
  if (start < 0) return { kind: isEnded ? 'foreign' : 'incomplete' };
  const begun = bytes.subarray(start);
  const isBody =
    begun.toString('latin1', 0, 2) === '--' ||
    PICTURE_STARTS.some((mark) => begun.subarray(0, mark.length).equals(mark));
  if (isBody) {
    return { kind: 'head', head: headOf(200, '', '1.0', new Map()), bodyAt: start };
  }
  if (!mayBeHead(begun)) return { kind: 'foreign' };
  const text = begun.toString('latin1');
  EMPTY_LINE.lastIndex = 0;
  const end = EMPTY_LINE.exec(text);
  if (end === null && !isEnded) return { kind: 'incomplete' };
  const lines = text.slice(0, end?.index).split(/\r*\n|\r/);
  const head = parseHead(lines.map((line) => line.trimEnd()));
  const bodyAt = end === null ? bytes.length : start + EMPTY_LINE.lastIndex;
  return head === null ? { kind: 'foreign' } : { kind: 'head', head, bodyAt };
}

/** The first line of a header; undefined when it is not there. */
export function headerOf(headers: HeaderFields, name: string): string | undefined {
  return headers.get(name)?.[0];
}

/** Whether the first bytes can still become a head: binary data is told apart without waiting for more. */
function mayBeHead(begun: Buffer): boolean {
  return begun[0]! >= 0x20 && begun[0]! < 0x7f;
}

function parseHead(lines: readonly string[]): AnswerHead | null {
  const [, protocol, version, status, reason] = STATUS_LINE.exec(lines[0]!) ?? [];
  if (status !== undefined) {
    const spoken = protocol!.toUpperCase() === 'ICY' ? '1.0' : (version ?? '1.0');
    return headOf(Number(status), reason!, spoken, parseHeaders(lines.slice(1)));
  }
  if (!BARE_HEADER.test(lines[0]!)) return null;
  const headers = parseHeaders(lines);
  const [, code, text] = /^(\d{3})[ \t]*(.*)$/.exec(headerOf(headers, 'status') ?? '') ?? [];
  return headOf(Number(code ?? 200), text ?? '', '1.0', headers);
}

function parseHeaders(lines: readonly string[]): HeaderFields {
  const headers = new Map<string, string[]>();
  let last: string[] | undefined;
  for (const line of lines) {
    // A line that begins with a blank continues the one before.
    if (/^[ \t]/.test(line)) {
      if (last !== undefined) last.push(`${last.pop()} ${line.trim()}`);
      continue;
    }
    const [, name, value] = HEADER.exec(line) ?? [];
    last = undefined;
    if (name === undefined) continue;
    const key = name.toLowerCase();
    last = headers.get(key) ?? [];
    last.push(value!);
    headers.set(key, last);
  }
  return headers;
}

function headOf(status: number, reason: string, version: string, headers: HeaderFields): AnswerHead {
  const connection = (headers.get('connection') ?? []).join(',').toLowerCase();
  const isPersistent = version === '1.0' ? connection.includes('keep-alive') : !connection.includes('close');
  return { status, reason: reason.trim(), isPersistent, headers };
}
