import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { essentialPicture } from '../../server/imaging/essential-picture.js';
import { sniffPicture } from '../../server/imaging/picture-format.js';
import { samplePhotoPath } from '../../server/imaging/sample-photos.js';
import { speckled, withCode } from './pictures.js';

/** The first box of an ISO media file. */
function ftyp(major: string, ...compatible: string[]): string {
  return `\0\0\0${String.fromCharCode(16 + 4 * compatible.length)}ftyp${major}\0\0\0\0${compatible.join('')}\0\0\0\x08meta`;
}

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
    ['TIFF', 'MM\0*\0\0\0\x08'],
    ['a Canon raw picture (CR2)', 'II*\0\x10\0\0\0CR\x02\0'],
    ['a Panasonic raw picture', 'IIU\0\x18\0\0\0'],
    ['a Fujifilm raw picture', 'FUJIFILMCCD-RAW 0201'],
    ['PDF', '%PDF-1.7'],
    ['JPEG XL', '\xff\x0a\xfa\x7f'],
    ['JPEG XL', '\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl '],
    ['JPEG 2000', '\0\0\0\x0cjP  \r\n\x87\n'],
    ['JPEG 2000', '\xff\x4f\xff\x51\0\x2f'],
    ['JPEG XR', 'II\xbc\x01\x20\0\0\0'],
    ['an icon (ICO)', '\0\0\x01\0\x01\0\x20\x20'],
    ['a Photoshop file', '8BPS\0\x01'],
    ['OpenEXR', 'v/1\x01\x02'],
    ['Radiance HDR', '#?RADIANCE\nFORMAT=32-bit_rle_rgbe'],
    ['QOI', 'qoif\0\0'],
    ['Netpbm', 'P6\n640 480\n255\n'],
    ['Netpbm', 'P3 2 2 255 0 0 0'],
  ])('refuses and names the picture format %s', (name, head) => {
    expectNamed(head, name);
  });

  it.each([
    ['AVIF', ftyp('avif', 'mif1', 'miaf')],
    ['AVIF', ftyp('mif1', 'miaf', 'avif')],
    ['AVIF (a sequence)', ftyp('avis', 'avif', 'avis', 'msf1', 'iso8')],
    ['AVIF (a sequence)', ftyp('msf1', 'avis', 'iso8')],
    ['HEIC', ftyp('heic', 'mif1', 'heic')],
    ['HEIC', ftyp('mif1', 'heic')],
    ['HEIC', ftyp('heix')],
    ['HEIC', ftyp('mif1', 'miaf')],
    ['HEIC (a sequence)', ftyp('hevc', 'msf1', 'iso8')],
    ['HEIC (a sequence)', ftyp('msf1', 'hevc', 'iso8')],
    ['a Canon raw picture (CR3)', ftyp('crx ', 'isom')],
    ['JPEG XL', ftyp('jxl ')],
    ['JPEG 2000', ftyp('jp2 ')],
    ['an MP4 or QuickTime film', ftyp('isom', 'iso2', 'avc1', 'mp41')],
    ['an MP4 or QuickTime film', ftyp('qt  ')],
    ['an MP4 or QuickTime film', '\0\0\0\x08wide\0\x12\x34\x56mdat'],
  ])('refuses and names the media file %s', (name, head) => {
    expectNamed(head, name);
  });

  it.each([
    ['a Matroska or WebM film', '\x1aE\xdf\xa3\x01'],
    ['an AVI film', 'RIFF\0\x10\0\0AVI LIST'],
    ['an MPEG transport stream', `G${'\xff'.repeat(187)}G`],
    ['a raw H.264 or H.265 stream', '\0\0\0\x01\x67\x42\0\x1e'],
    ['a raw H.264 or H.265 stream', '\0\0\0\x01\x40\x01\x0c'],
    ['a ZIP archive', 'PK\x03\x04\x14\0'],
    ['gzip data', '\x1f\x8b\x08\0'],
    ['a tar archive', `a.jpg${'\0'.repeat(252)}ustar\0`],
    ['a PNG that was changed as if it were text', '\x89PNG\n\x1a\n\0'],
    ['data that was changed as if it were text', '\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\0\x10JFIF'],
    ['12 bytes of an unknown format', 'RIFF\0\0\0\0WAVE'],
    ['3 bytes of an unknown format, starting with 00ff10', '\0\xff\x10'],
    ['2 bytes of an unknown format', '\xff\xd8'],
  ])('refuses and names %s', (name, head) => {
    expectNamed(head, name);
  });

  it.each([
    ['8 bytes of text (JSON)', '{"a":12}'],
    ['16 bytes of text (an SVG drawing)', '<svg width="9"/>'],
    ['68 bytes of text (an SVG drawing)', '<?xml version="1.0"?>\n<!-- by hand, <html> -->\n<svg width="9" x=""/>'],
    ['19 bytes of text (an SVG drawing)', '\xef\xbb\xbf<svg width="9"/>'],
    ['34 bytes of text (an SVG drawing)', Buffer.from('\ufeff<svg width="9"/>', 'utf16le').toString('latin1')],
    ['27 bytes of text (an SVG drawing)', '<!DOCTYPE svg [ <!ENTITY a>'],
    ['37 bytes of text (a web page)', '<!DOCTYPE html><title>Sign in</title>'],
    ['15 bytes of text (a web page)', '\n\n<HTML><p>busy'],
    ['38 bytes of text (an XML document)', '<?xml version="1.0"?><ResponseStatus/>'],
    ['42 bytes of text (a Git LFS pointer)', 'version https://git-lfs.github.com/spec/v1'],
    ['16 bytes of text (base64)', '/9j/4AAQSkZJRgAB'],
    ['6 bytes of text', 'B\xc3\xb6se!'],
    ['3 bytes of text', 'BMW'],
    ['1 byte of text', 'x'],
  ])('refuses and names %s', (name, head) => {
    expectNamed(head, `${name}.`);
  });

  it.each([
    ['a web page', '<html>', 'check the address that it came from'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1', 'git lfs pull'],
    ['a film', ftyp('isom'), 'deepthings watch'],
    ['an archive', 'PK\x03\x04', 'Unpack it'],
    ['a raw picture', ftyp('crx '), 'send the JPEG that the camera can write'],
    ['a picture', 'GIF89a', 'Convert it and send it again.'],
  ])('says what to do about %s', (_, head, remedy) => {
    expect(() => sniffPicture(Buffer.from(head, 'latin1'))).toThrow(remedy);
  });

  it('shows no more of a binary than its first bytes, however it begins', () => {
    for (let first = 0; first < 256; first++) {
      const bytes = Buffer.from([first, ...Buffer.from('secret secret', 'latin1'), 0]);
      expect(() => sniffPicture(bytes)).toThrow(withCode('DT_PICTURE_FORMAT'));
      expect(() => sniffPicture(bytes)).not.toThrow('secret');
    }
  });
});

function expectNamed(head: string, name: string): void {
  const sniff = () => sniffPicture(Buffer.from(head, 'latin1'));
  expect(sniff).toThrow(withCode('DT_PICTURE_FORMAT'));
  expect(sniff).toThrow(`Expected a JPEG, PNG or WebP picture, got ${name}`);
}

describe('a JPEG that no ordinary decoder takes', () => {
  const jpeg = readFileSync(samplePhotoPath('sample1.jpg'));
  const frame = jpeg.lastIndexOf(Buffer.from([0xff, 0xc0, 0, 17, 8]));

  it.each([
    ['a 12-bit JPEG', 0xc1, 12],
    ['a 12-bit JPEG', 0xc2, 12],
    ['a lossless JPEG', 0xc3, 16],
    ['a hierarchical JPEG', 0xc5, 8],
    ['a JPEG-LS picture', 0xf7, 8],
  ])('is named: %s', (name, marker, precision) => {
    const other = Buffer.from(jpeg);
    other.set([marker, 0, 17, precision], frame + 1);
    const read = () => essentialPicture(other);
    expect(read).toThrow(withCode('DT_PICTURE_FORMAT'));
    expect(read).toThrow(`got ${name}`);
    expect(read).toThrow('Convert it to an 8-bit JPEG.');
  });
});
