import { describe, expect, it } from 'vitest';
import { sniffPicture } from '../../server/imaging/picture-format.js';
import { speckled, withCode } from './pictures.js';

describe('sniffPicture', async () => {
  const picture = await speckled(16, 16);

  it.each(['jpeg', 'png', 'webp'] as const)('knows a %s by its first bytes', async (format) => {
    expect(sniffPicture(await picture.clone().toFormat(format).toBuffer())).toBe(`image/${format}`);
  });

  it('refuses zero bytes', () => {
    expect(() => sniffPicture(Buffer.alloc(0))).toThrow(withCode('DT_PICTURE_EMPTY'));
  });

  it.each([
    ['GIF', 'GIF89a'],
    ['BMP', 'BM\x36\x00\x00\x00'],
    ['TIFF', 'II*\0'],
    ['HEIC', '\0\0\0\x18ftypheic'],
    ['AVIF', '\0\0\0\x1cftypavif'],
    ['PDF', '%PDF-1.7'],
    ['8 bytes of text', '{"a":12}'],
    ['16 bytes of text', '<svg width="9"/>'],
    ['3 bytes of an unknown format, starting with 00ff10', '\0\xff\x10'],
    ['12 bytes of an unknown format', 'RIFF\0\0\0\0WAVE'],
    ['2 bytes of an unknown format', '\xff\xd8'],
    ['1 byte of text', 'x'],
  ])('refuses and names %s', (name, head) => {
    const sniff = () => sniffPicture(Buffer.from(head, 'latin1'));
    expect(sniff).toThrow(withCode('DT_PICTURE_FORMAT'));
    expect(sniff).toThrow(`Expected a JPEG, PNG or WebP picture, got ${name}`);
  });
});
