import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SSE_EVENT_CHARACTERS, type SseEvent, SseParser } from '../../dashboard/src/live/sse-parser.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function parseWhole(text: string): SseEvent[] {
  return new SseParser().push(bytesOf(text));
}

/** The bytes of `text`, cut at the given places. */
function cut(text: string, places: readonly number[]): Uint8Array[] {
  const bytes = bytesOf(text);
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

describe('SseParser', () => {
  it('reads name, data and id', () => {
    expect(parseWhole('id: a-7\nevent: frame\ndata: {"id":1}\n\n')).toEqual([
      { event: 'frame', data: '{"id":1}', id: 'a-7' },
    ]);
  });

  it.each([
    ['LF', '\n'],
    ['CR', '\r'],
    ['CRLF', '\r\n'],
  ])('takes %s as the end of a line', (_name, end) => {
    const text = ['event: tile', 'data: 1', 'data: 2', '', 'data: 3', '', ''].join(end);
    expect(parseWhole(text)).toEqual([
      { event: 'tile', data: '1\n2', id: '' },
      { event: 'message', data: '3', id: '' },
    ]);
  });

  it('takes one space after the colon away, and no more', () => {
    expect(parseWhole('data:a\n\ndata: b\n\ndata:  c\n\ndata\n\n').map(({ data }) => data)).toEqual([
      'a',
      'b',
      ' c',
      '',
    ]);
  });

  it('reads over comments, unknown fields, a byte order mark and events without data', () => {
    const text = '\ufeff: heartbeat\nretry: 100\nfoo: bar\n\nevent: device\n\ndata: 1\n\n';
    expect(parseWhole(text)).toEqual([{ event: 'message', data: '1', id: '' }]);
  });

  it('keeps the id for the events that bring none, and the one that it began with', () => {
    const parser = new SseParser('e1-4');
    const ids = parser.push(bytesOf('data: 1\n\nid: e1-5\ndata: 2\n\ndata: 3\n\nid: x\0y\ndata: 4\n\nid\ndata: 5\n\n'));
    expect(ids.map(({ id }) => id)).toEqual(['e1-4', 'e1-5', 'e1-5', 'e1-5', '']);
  });

  it('drops an event that the stream ends in', () => {
    expect(parseWhole('data: 1\n\nevent: frame\ndata: 2\n')).toEqual([{ event: 'message', data: '1', id: '' }]);
  });

  it('refuses an event without end', () => {
    const megabyte = bytesOf('x'.repeat(1024 * 1024));
    const parser = new SseParser();
    parser.push(bytesOf('data: '));
    const pushAll = (): void => {
      for (let sent = 0; sent <= SSE_EVENT_CHARACTERS; sent += megabyte.length) parser.push(megabyte);
    };
    expect(pushAll).toThrow(RangeError);
  });

  it('gives the same events wherever the bytes are cut', () => {
    const lineEnd = fc.constantFrom('\n', '\r', '\r\n');
    const line = fc.oneof(
      fc.constant(''),
      fc.constant(': comment'),
      fc.string({ unit: 'binary', maxLength: 12 }).map((text) => `data: ${text.replace(/[\r\n]/g, '')}`),
      fc.constantFrom('event: frame', 'event:tile', 'id: é-1', 'id', 'data', 'data: {"label":"Hündchen 🐕"}'),
    );
    const stream = fc.array(fc.tuple(line, lineEnd), { maxLength: 20 }).map((lines) => lines.flat().join(''));
    fc.assert(
      fc.property(stream, fc.array(fc.nat(400), { maxLength: 30 }), (text, places) => {
        const parser = new SseParser();
        const events = cut(text, places).flatMap((chunk) => parser.push(chunk));
        expect(events).toEqual(parseWhole(text));
      }),
      { numRuns: 500 },
    );
  });

  it('gives back what was sent, cut into single bytes', () => {
    const sent = fc.array(
      fc.record({ data: fc.string({ unit: 'grapheme' }), id: fc.stringMatching(/^[a-z0-9-]{1,9}$/) }),
    );
    fc.assert(
      fc.property(sent, (events) => {
        const text = events
          .map(({ data, id }) => `id: ${id}\nevent: frame\ndata: ${JSON.stringify(data)}\n\n`)
          .join('');
        const parser = new SseParser();
        const got = [...bytesOf(text)].flatMap((byte) => parser.push(Uint8Array.of(byte)));
        expect(got.map(({ data, id }) => ({ data: JSON.parse(data), id }))).toEqual(events);
      }),
    );
  });
});
