import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeText, readTextFile, splitLines } from '../../../server/model/files/text-file.js';
import { NO_REMARK } from '../../../server/model/remark.js';

const TEXT = 'Hündin\nпес\n';

function utf16be(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

describe('decodeText', () => {
  it.each<[string, Uint8Array, string]>([
    ['UTF-8', Buffer.from(TEXT), TEXT],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${TEXT}`), TEXT],
    ['UTF-16LE with a mark', Buffer.from(`\ufeff${TEXT}`, 'utf16le'), TEXT],
    ['UTF-16BE with a mark', utf16be(`\ufeff${TEXT}`), TEXT],
    ['UTF-16LE without a mark', Buffer.from('[net]\r\nwidth=416', 'utf16le'), '[net]\r\nwidth=416'],
    ['UTF-16BE without a mark', utf16be('[net]\r\nwidth=416'), '[net]\r\nwidth=416'],
    ['Latin-1', Buffer.from('# größer', 'latin1'), '# größer'],
  ])('reads %s', (_, bytes, text) => {
    expect(decodeText(bytes)).toBe(text);
  });

  it.each<[string, Uint8Array]>([
    ['binary data', Buffer.from([1, 2, 0, 3, 0, 0, 9])],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0])],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeText(bytes)).toThrow(expect.objectContaining({ code: 'DT_TEXT_ENCODING' }));
  });
});

describe('splitLines', () => {
  it('takes every kind of line end', () => {
    expect(splitLines('a\nb\r\nc\rd\r\re')).toEqual(['a', 'b', 'c', 'd', '', 'e']);
  });

  it('refuses a line that no text has', () => {
    expect(() => splitLines(`a\n${'x'.repeat(10_001)}`)).toThrow(/^line 2 has 10001 characters/);
  });
});

describe('readTextFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deepthings-text-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  it('tells what it had to guess', () => {
    const remarks: string[] = [];
    const path = file('latin1', Buffer.from('Tür', 'latin1'));
    expect(readTextFile(path, 'labels', (said) => remarks.push(said))).toBe('Tür');
    expect(remarks).toEqual([`${path} is not UTF-8: it was read as Latin-1; save it as UTF-8`]);
  });

  it.each<[string, string, RegExp]>([
    [
      'a Git LFS pointer',
      file('lfs', 'version https://git-lfs.github.com/spec/v1\n'),
      /it is a Git LFS pointer.*git lfs pull/,
    ],
    ['more than a text has', file('large', new Uint8Array(2 ** 20 + 1).fill(65)), /more than 1048576 bytes/],
    ['what never ends', '/dev/zero', /more than 1048576 bytes/],
    ['a folder', folder, /EISDIR/],
    ['nothing', join(folder, 'none'), /there is no such file; correct the path/],
  ])('refuses %s', (_, path, message) => {
    expect(() => readTextFile(path, 'cfg', NO_REMARK)).toThrow(
      expect.objectContaining({ code: 'DT_MODEL_FILE', message: expect.stringMatching(message) }),
    );
  });
});
