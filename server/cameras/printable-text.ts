const ELLIPSIS = '…';

/**
 * A text of a camera, as a message may quote it: one line, without markup, control characters and marks that turn the
 * direction of writing, and no longer than the limit.
 */
export function printableText(text: string, mostCharacters: number): string {
  const clean = text
    .replace(/<!--[\s\S]*?(?:-->|$)/g, ' ')
    .replace(/<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, ' ')
    .replace(/<[?!/a-z][^>]*(?:>|$)/gi, ' ')
    .replace(/&nbsp;/gi, ' ')
    .replace(/&lt;/gi, '<')
    .replace(/&gt;/gi, '>')
    .replace(/&quot;/gi, '"')
    .replace(/&amp;/gi, '&')
    .replace(/[^\P{C}\s]|\ufffd/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  const characters = [...clean];
  if (characters.length <= mostCharacters) return clean;
  return `${characters
    .slice(0, mostCharacters - 1)
    .join('')
    .trimEnd()}${ELLIPSIS}`;
}

/** Whether the bytes are text: no NUL, and few control characters. */
export function looksLikeText(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 512);
  if (head.includes(0)) return false;
  const odd = head.filter((byte) => byte < 9 || (byte > 13 && byte < 32) || byte === 127).length;
  return head.length > 0 && odd * 4 < head.length;
}

/** Decodes with the charset of the media type, else as UTF-8, else as Latin-1, which fits any bytes. */
export function decodeText(bytes: Uint8Array, mediaType: string): string {
  const named = /charset\s*=\s*"?([\w.:-]+)/i.exec(mediaType)?.[1];
  for (const charset of [named, 'utf-8']) {
    try {
      if (charset !== undefined) return new TextDecoder(charset, { fatal: charset === 'utf-8' }).decode(bytes);
    } catch {
      // Not a charset that there is, or not in it.
    }
  }
  return Buffer.from(bytes).toString('latin1');
}
