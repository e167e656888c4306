import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looksLikeForm, readMultipartForm } from '../../../server/node/bodies/multipart-form.js';

/** Bytes that look like a delimiter now and then, and end lines in every way. */
const PICTURE = Buffer.from('\xff\xd8\xff\r\n--Xb\r\n--XbXy\n--\r\n\n\xff\xd9\r\n', 'latin1');
const TYPE = 'multipart/form-data; boundary=XbX';
const HEAD = 'Content-Disposition: form-data; name="image"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n';

const form = (...pieces: (string | Buffer)[]) =>
  Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)));

function expectPicture(contentType: string | undefined, body: Buffer): void {
  const read = readMultipartForm(contentType, body);
  if (read.kind !== 'read') throw new Error(read.why);
  expect(read.parts).toHaveLength(1);
  expect(read.parts[0]!.content.equals(PICTURE)).toBe(true);
}

const WHOLE = form('--XbX\r\n', HEAD, PICTURE, '\r\n--XbX--\r\n');

describe('a form is taken', () => {
  it.each([
    ['as it should be', TYPE, WHOLE],
    ['with a quoted boundary', 'multipart/form-data; boundary="XbX"', WHOLE],
    ['with an escaped boundary', 'multipart/form-data; boundary="Xb\\X"', WHOLE],
    ['with blanks around its boundary', 'multipart/form-data ; boundary = XbX ', WHOLE],
    ['with more parameters', 'multipart/form-data; charset=utf-8; Boundary=XbX; x=y', WHOLE],
    [
      'with blanks in its boundary',
      'multipart/form-data; boundary=X X',
      form('--X X\r\n', HEAD, PICTURE, '\r\n--X X--\r\n'),
    ],
    ['with a byte order mark in front', TYPE, form('\xef\xbb\xbf', WHOLE)],
    ['with a byte order mark in its boundary', 'multipart/form-data; boundary=\xef\xbb\xbfXbX', WHOLE],
    ['with a preamble', TYPE, form('This is a form.\r\n', WHOLE)],
    ['with empty lines in front', TYPE, form('\r\n\r\n', WHOLE)],
    ['with an epilogue', TYPE, form(WHOLE, 'the end\r\n--XbX\r\n')],
    ['with blanks behind its delimiters', TYPE, form('--XbX \t\r\n', HEAD, PICTURE, '\r\n--XbX-- \r\n')],
    ['with line feeds alone', TYPE, form('--XbX\n', HEAD.replaceAll('\r', ''), PICTURE, '\n--XbX--\n')],
    ['without a last line end', TYPE, form('--XbX\r\n', HEAD, PICTURE, '\r\n--XbX--')],
    ['without the end of its last delimiter', TYPE, form('--XbX\r\n', HEAD, PICTURE, '\r\n--XbX')],
    ['without half of it', TYPE, form('--XbX\r\n', HEAD, PICTURE, '\r\n--XbX-')],
    ['without headers', TYPE, form('--XbX\r\n\r\n', PICTURE, '\r\n--XbX--')],
    ['without a boundary in its type', 'multipart/form-data', WHOLE],
    ['without a type', undefined, WHOLE],
  ])('%s', (_name, type, body) => expectPicture(type, body));

  it('whatever it holds, however it ends', () => {
    const contents = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.array(contents, { minLength: 1, maxLength: 4 }), fc.constantFrom('\r\n', '\n'), (all, end) => {
        const head = `Content-Disposition: form-data; name="x"${end}${end}`;
        // With line feeds alone a carriage return before a delimiter would be taken for its line end's.
        fc.pre(end === '\r\n' || all.every((content) => content.at(-1) !== 0x0d));
        const parts = all.flatMap((content) => [`--boundary${end}`, head, content, end]);
        const read = readMultipartForm('multipart/form-data; boundary=boundary', form(...parts, '--boundary--'));
        expect(read).toMatchObject({ kind: 'read', parts: all.map((content) => ({ content })) });
      }),
    );
  });

  it('never throws, and ends', () => {
    const pieces = fc.array(
      fc.constantFrom('--XbX', '--', '\r\n', '\n', '\r', ' ', HEAD, 'x', ':', '\0', '\xef\xbb\xbf'),
    );
    fc.assert(
      fc.property(pieces, (texts) => {
        expect(['read', 'malformed']).toContain(readMultipartForm(TYPE, form(...texts)).kind);
        expect(['read', 'malformed']).toContain(readMultipartForm(undefined, form(...texts)).kind);
      }),
    );
  });
});

describe('a form is malformed', () => {
  it.each([
    ['that is cut off in its picture', form('--XbX\r\n', HEAD, PICTURE)],
    ['that is cut off in its headers', form('--XbX\r\n', HEAD.slice(0, 20), '\r\n--XbX--')],
    ['of another boundary', form('--other\r\n', HEAD, PICTURE, '\r\n--other--')],
    ['of nothing', form()],
    ['that is none', form('garbage')],
  ])('%s', (_name, body) => expect(readMultipartForm(TYPE, body).kind).toBe('malformed'));
});

it('says of each part what its headers say', () => {
  const read = readMultipartForm(
    TYPE,
    form(
      '--XbX\r\nContent-Disposition: form-data; name="a"\r\n\r\ntext\r\n',
      '--XbX\r\ncontent-disposition: form-data; name="b"; filename=""\r\n\r\n\r\n',
      "--XbX\r\nCONTENT-TYPE: Image/JPG; x=y\r\nContent-Disposition: form-data; name=c; filename*=UTF-8''%41.jpg\r\n\r\nx\r\n",
      '--XbX--',
    ),
  );
  expect(read.kind === 'read' && read.parts.map(({ fileName, mediaType }) => [fileName, mediaType])).toEqual([
    [null, null],
    ['', null],
    ["UTF-8''%41.jpg", 'image/jpg'],
  ]);
});

it('a form is told from a picture by its first bytes', () => {
  expect(looksLikeForm(WHOLE)).toBe(true);
  expect(looksLikeForm(form('\xef\xbb\xbf\r\n', WHOLE))).toBe(true);
  for (const other of [PICTURE, form('--'), form('--x\r\n'), form('hello'), form()]) {
    expect(looksLikeForm(other)).toBe(false);
  }
});
