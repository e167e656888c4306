import { isUtf8 } from 'node:buffer';

const SLASH = Buffer.from('/');

/** A path's text for people: each part as UTF-8, or as Latin-1 where its bytes are no UTF-8. */
export function shownPath(path: Buffer): string {
  if (isUtf8(path)) return path.toString('utf8');
  return path
    .toString('latin1')
    .split('/')
    .map((part) => Buffer.from(part, 'latin1'))
    .map((part) => part.toString(isUtf8(part) ? 'utf8' : 'latin1'))
    .join('/');
}

/** A path's key in a map: one text for each sequence of bytes, and the other way round. */
export function pathKey(path: Buffer): string {
  return path.toString('latin1');
}

/** The path of that key. */
export function keyedPath(key: string): Buffer {
  return Buffer.from(key, 'latin1');
}

/** `node:path` joins texts only. */
export function joinPath(folder: Buffer, name: Buffer): Buffer {
  return folder.length === 0 ? name : Buffer.concat([folder, SLASH, name]);
}
