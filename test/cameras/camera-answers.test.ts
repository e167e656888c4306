import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { samplePhoto } from '../support/frames.js';
import { answer, raw, rawCamera, takeOne, watchCamera } from './raw-camera.js';

const PHOTO = Buffer.from(samplePhoto('sample1.jpg'));
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const TYPE = 'Content-Type: image/jpeg\r\n';
const length = (extra: number) => `Content-Length: ${PHOTO.length + extra}\r\n`;
const chunked = (bytes: Buffer) =>
  raw(`${bytes.length.toString(16)};ext\r\n`, Buffer.concat([bytes, raw('\r\n0\r\nX: y\r\n\r\n')]));
const half = PHOTO.subarray(0, PHOTO.length / 2);

/** Their connections stay open, but for those of `ENDING`: a picture must not wait for the end of its connection. */
const TAKEN: readonly (readonly [string, Buffer])[] = [
  [
    'a header line without a name',
    raw(`HTTP/1.1 200 OK\r\nTue, 12 Jun 2012 01:56:34 GMT\r\nno colon\r\n${TYPE}${length(0)}\r\n`, PHOTO),
  ],
  ['a blank before the colon', raw(`HTTP/1.1 200 OK\r\nServer : x\r\nContent-Length : ${PHOTO.length}\r\n\r\n`, PHOTO)],
  ['bare LF', raw(`HTTP/1.1 200 OK\n${TYPE.trim()}\n\n`, PHOTO)],
  ['LF and CR LF mixed', raw(`HTTP/1.1 200 OK\r\n${TYPE.trim()}\n${length(0)}\n`, PHOTO)],
  ['the same length twice', raw(`HTTP/1.1 200 OK\r\n${length(0)}${length(0)}\r\n`, PHOTO)],
  ['two lengths that differ', raw(`HTTP/1.1 200 OK\r\n${length(0)}${length(-9)}\r\n`, PHOTO)],
  ['a length that is none', raw('HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', PHOTO)],
  ['length and chunks', raw(`HTTP/1.1 200 OK\r\n${length(0)}Transfer-Encoding: chunked\r\n\r\n`, chunked(PHOTO))],
  ['chunks that are none', raw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', PHOTO)],
  ['a header of 20 KiB', raw(`HTTP/1.1 200 OK\r\nX: ${'a'.repeat(20_480)}\r\n${length(0)}\r\n`, PHOTO)],
  ['ICY', raw(`ICY 200 OK\r\n${TYPE}\r\n`, PHOTO)],
  ['HTTP/1.0 without length', raw(`HTTP/1.0 200 OK\r\n${TYPE}\r\n`, PHOTO)],
  ['a status line without reason, in small letters', raw(`http/1.1 200\r\n${TYPE}\r\n`, PHOTO)],
  ['CR alone', raw(`HTTP/1.1 200 OK\r${TYPE.trim()}\r\r`, PHOTO)],
  ['CR twice', raw(`HTTP/1.1 200 OK\r\r\n${TYPE.trim()}\r\r\n\r\r\n`, PHOTO)],
  ['no blank before the reason', raw(`HTTP/1.1 200OK\r\n${TYPE}\r\n`, PHOTO)],
  ['its headers twice', raw(`HTTP/1.1 200 OK\r\n${TYPE}\r\n${TYPE}\r\n`, PHOTO)],
  ['empty lines before the status line', raw(`\r\n\r\nHTTP/1.1 200 OK\r\n${TYPE}\r\n`, PHOTO)],
  ['no status line', raw(`${TYPE}${length(0)}\r\n`, PHOTO)],
  ['a picture without any head', PHOTO],
  ['an interim answer before', raw('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', PHOTO)],
  ['a length 48 bytes too long', raw(`HTTP/1.1 200 OK\r\n${length(48)}\r\n`, PHOTO)],
  ['a length 48 bytes too long, and an end', raw(`HTTP/1.1 200 OK\r\n${length(48)}\r\n`, PHOTO)],
  ['a length 48 bytes too short', raw(`HTTP/1.1 200 OK\r\n${length(-48)}\r\n`, PHOTO)],
  ['a length far too short', raw(`HTTP/1.1 200 OK\r\n${length(-140_000)}\r\n`, PHOTO)],
  ['a length of 0', raw(`HTTP/1.1 200 OK\r\n${TYPE}Content-Length: 0\r\n\r\n`, PHOTO)],
  ['neither length nor end', raw(`HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n`, PHOTO)],
  ['padding after the picture', answer('200 OK', [], Buffer.concat([PHOTO, Buffer.alloc(500)]))],
  ['a line end before the picture', answer('200 OK', [], Buffer.concat([Buffer.from('\r\n'), PHOTO]))],
  ['a folded and a Latin-1 header', answer('200 OK', ['X: a\r\n b', 'Server: Kam\xe9ra'], PHOTO)],
  ['no type', answer('200 OK', [], PHOTO)],
  ['another type', answer('200 OK', ['Content-Type: text/html'], PHOTO)],
  ['gzip, though not asked for', answer('200 OK', ['Content-Encoding: gzip'], gzipSync(PHOTO))],
  ['gzip that is none', answer('200 OK', ['Content-Encoding: gzip'], PHOTO)],
  ['206', answer('206 Partial Content', [], PHOTO)],
  [
    'one part',
    answer('200 OK', ['Content-Type: multipart/mixed; boundary=x'], Buffer.concat([raw('--x\r\n\r\n'), PHOTO])),
  ],
];

const ENDING = new Set(['HTTP/1.0 without length', 'a length 48 bytes too long, and an end']);

const REFUSED: readonly (readonly [string, Buffer, RegExp])[] = [
  [
    'busy',
    answer('503 Service Unavailable', [], '<?xml version="1.0"?><S><!-- x --><a>Device Busy</a></S>'),
    /answers 503 Service Unavailable: “Device Busy”$/,
  ],
  [
    'a text of the type of a picture',
    answer('200 OK', ['Content-Type: image/jpeg'], 'Camera busy now, try later'),
    /gives text, no picture: “Camera busy now, try later”$/,
  ],
  ['a text', answer('200 OK', [], 'Camera busy'), /gives text, no picture: “Camera busy”$/],
  [
    'XML',
    answer('200 OK', [], '<?xml version="1.0"?><a><b>4</b><c>Invalid Operation</c></a>'),
    /gives text, no picture: “4 Invalid Operation”$/,
  ],
  ['JSON', answer('200 OK', [], '{"error":"no signal"}'), /“{"error":"no signal"}”/],
  [
    'a page to log in',
    answer(
      '200 OK',
      ['Content-Type: text/html'],
      '<!DOCTYPE html><title>NetCam</title><script>x()</script>Please log in',
    ),
    /gives a web page, no picture: “NetCam Please log in”; it asks to log in: put name and password/,
  ],
  [
    'another page',
    answer('200 OK', [], '<html><body>Live view</body></html>'),
    /web page, no picture: “Live view”; name the address of its snapshot/,
  ],
  ['control characters', answer('200 OK', [], 'a\x1b[31mb\x07\u202ec'), /“a\[31mbc”/],
  ['a long text', answer('200 OK', [], 'word '.repeat(5_000)), /“(word ){10,}word…”$/],
  ['text in Latin-1', answer('200 OK', [], Buffer.from('Kamera überlastet', 'latin1')), /“Kamera überlastet”/],
  ['a packed text', answer('200 OK', ['Content-Encoding: gzip'], gzipSync('Camera busy')), /“Camera busy”/],
  ['nothing', answer('200 OK', ['Content-Type: image/jpeg']), /answers 200 without a picture \(no bytes\)/],
  ['204', raw('HTTP/1.1 204 No Content\r\n\r\n'), /answers 204 without a picture/],
  ['304', raw('HTTP/1.1 304 Not Modified\r\n\r\n'), /picture has not changed \(304\)/],
  ['404', answer('404 Not Found', []), /answers 404 Not Found; is the path of the address right\?/],
  ['403', answer('403 Forbidden', [], 'locked'), /answers 403 Forbidden: “locked”; may that user/],
  [
    'a GIF',
    answer('200 OK', ['Content-Type: image/gif'], 'GIF89a..............'),
    /gives no picture: expected JPEG, PNG or WebP, got GIF/,
  ],
  ['an AVI', answer('200 OK', [], 'RIFF\x01\0\0\0AVI LIST'), /gives no picture: expected JPEG, PNG or WebP, got /],
  [
    'too much',
    answer('200 OK', [], Buffer.concat([PHOTO.subarray(0, 3), Buffer.alloc(2 ** 20)])),
    /more than the 1048576 bytes/,
  ],
  [
    'another protocol',
    raw('SSH-2.0-OpenSSH_9.2\r\n\r\n'),
    /does not speak HTTP: its answer begins with “SSH-2.0-OpenSSH_9.2”/,
  ],
  ['RTSP', raw('RTSP/1.0 400 Bad Request\r\n\r\n'), /speaks RTSP: begin the address with rtsp:/],
  ['TLS', Buffer.from([0x15, 3, 3, 0, 2, 2, 10, 10, 10]), /speaks https: begin the address with https:/],
  ['headers without end', raw(`HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(12_000)}`), /more than 64 KiB of headers/],
  ['a redirect to nowhere', raw('HTTP/1.1 302 Found\r\n\r\n'), /answers 302, a redirect, and does not say where to/],
];

describe('a camera whose answer has', () => {
  test.each(TAKEN)('%s: its picture is taken', async (name, bytes) => {
    const { host } = await rawCamera((_request, socket) => {
      if (ENDING.has(name)) socket.end(bytes);
      else socket.write(bytes);
    });
    const picture = await takeOne(`http://${host}/snapshot.jpg`);
    expect([picture.mediaType, PHOTO.equals(picture.bytes)]).toEqual(['image/jpeg', true]);
  });

  test('a PNG, with and without a length: its picture is taken', async () => {
    const { host } = await rawCamera(({ target }, socket) => {
      socket.write(target === '/length' ? answer('200 OK', [], PNG) : raw('HTTP/1.1 200 OK\r\n\r\n', PNG));
    });
    for (const path of ['length', 'none']) {
      const { bytes, mediaType } = await takeOne(`http://${host}/${path}`);
      expect([mediaType, PNG.equals(bytes)]).toEqual(['image/png', true]);
    }
  });

  test('its head and its picture cut anywhere: its picture is taken', async () => {
    const bytes = raw(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n`, chunked(PHOTO));
    const { host } = await rawCamera(async (_request, socket) => {
      for (let at = 0; at < bytes.length; at += at < 100 ? 1 : 30_000) {
        socket.write(bytes.subarray(at, at + (at < 100 ? 1 : 30_000)));
        await new Promise(setImmediate);
      }
    });
    expect(PHOTO.equals((await takeOne(`http://${host}/`)).bytes)).toBe(true);
  });
});

describe('a camera that gives no picture but', () => {
  test.each(REFUSED)('%s: that is said, in words that help', async (_name, bytes, text) => {
    const { host } = await rawCamera((_request, socket) => socket.write(bytes));
    await expect(takeOne(`http://${host}/snapshot.jpg`)).rejects.toMatchObject({
      code: 'DT_WATCH_SOURCE',
      message: expect.stringMatching(new RegExp(`^http://${host}/snapshot.jpg: .*${text.source}`)),
    });
  });

  test.each([
    [
      'half a picture',
      raw(`HTTP/1.1 200 OK\r\n${length(0)}\r\n`, half),
      /its picture broke off: \d+ of \d+ bytes came/,
    ],
    ['nothing', Buffer.alloc(0), /closed the connection without an answer/],
    ['half a head', raw('HTTP/1.1 200 OK\r\nServer'), /answers 200 without a picture/],
    ['a broken package', raw('HTTP/1.1 200 OK\r\n\r\n\x1f\x8bbroken'), /its packed answer \(gzip\) cannot be unpacked/],
  ])('%s and the end: that is said', async (_name, bytes, text) => {
    const { host } = await rawCamera((_request, socket) => socket.end(bytes));
    await expect(takeOne(`http://${host}/`)).rejects.toMatchObject({ message: expect.stringMatching(text) });
  });

  test.each([
    ['says nothing', Buffer.alloc(0), /did not answer within 0.1 s/],
    ['stops in its head', raw('HTTP/1.1 200 OK\r\nX'), /did not go on with its answer within 0.1 s/],
    [
      'stops in its picture',
      raw(`HTTP/1.1 200 OK\r\n${length(0)}\r\n`, half),
      /did not go on with its answer within 0.1 s/,
    ],
  ])('%s: the wait has an end', async (_name, bytes, text) => {
    const { host } = await rawCamera((_request, socket) => socket.write(bytes));
    await expect(takeOne(`http://${host}/`, { idleMs: 100 })).rejects.toMatchObject({
      message: expect.stringMatching(text),
    });
  });

  test('a byte now and then: the wait has an end', async () => {
    const { host } = await rawCamera((_request, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${length(0)}\r\n\xff\xd8\xff`, 'latin1');
      const timer = setInterval(() => socket.write('a'), 5);
      socket.on('close', () => clearInterval(timer));
    });
    await expect(takeOne(`http://${host}/`, { snapshotMs: 200 })).rejects.toMatchObject({
      message: expect.stringMatching(/did not give a whole picture within 0.2 s/),
    });
  });

  test.each([
    ['no port', 'http://127.0.0.1:9/', /nothing listens there \(connection refused\)/],
    ['no name', 'http://no-such-host.invalid/', /there is no host of that name|the name cannot be looked up now/],
  ])('%s: that is said', async (_name, url, text) => {
    await expect(takeOne(url)).rejects.toMatchObject({ message: expect.stringMatching(text) });
  });
});

describe('a camera that is asked again and again', () => {
  test('keeps its connection where its answers have an end', async () => {
    const { host, requests } = await rawCamera((_request, socket) => socket.write(answer('200 OK', [], PHOTO)));
    const { controller, gate, run } = watchCamera(`http://${host}/`, { intervalMs: 1 });
    gate.onPicture = () => gate.pictures.length > 3 && controller.abort();
    await run;
    expect(new Set(requests.map(({ connection }) => connection))).toEqual(new Set([1]));
  });

  test('and closes the connection in between is asked over another one', async () => {
    const { host } = await rawCamera((_request, socket) => socket.end(answer('200 OK', [], PHOTO)));
    const { controller, gate, run } = watchCamera(`http://${host}/`, { intervalMs: 1 });
    gate.onPicture = () => gate.pictures.length > 3 && controller.abort();
    await run;
    expect(gate.notes).toEqual([]);
  });

  test('and packs each picture as a stream of one is asked at the interval', async () => {
    const part = raw('HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\n\r\n--x\r\n\r\n', PHOTO);
    const { host } = await rawCamera((_request, socket) => socket.end(part));
    const { controller, gate, run } = watchCamera(`http://${host}/`, { intervalMs: 1 });
    gate.onPicture = () => gate.pictures.length > 3 && controller.abort();
    await run;
    expect(gate.notes).toEqual([]);
  });

  test('and fails for a while: both are said, once', async () => {
    let asked = 0;
    const { host } = await rawCamera((_request, socket) => {
      asked++;
      socket.write(asked === 2 ? answer('503 busy', []) : answer('200 OK', [], PHOTO));
    });
    const { controller, gate, run } = watchCamera(`http://${host}/`);
    gate.onPicture = () => gate.pictures.length > 2 && controller.abort();
    await run;
    expect(gate.notes).toEqual([
      `http://${host}/: answers 503 busy; it is tried again`,
      `http://${host}/ gives pictures again`,
    ]);
  });

  test('lets go of everything when it is no longer watched', async () => {
    const { host, openSockets, requests } = await rawCamera(() => {});
    const { controller, run } = watchCamera(`http://${host}/`);
    while (requests.length === 0) await new Promise(setImmediate);
    controller.abort();
    await run;
    while (openSockets() > 0) await new Promise(setImmediate);
  });
});
