import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { samplePhoto } from '../support/frames.js';
import { raw, rawCamera, takeOne, watchCamera } from './raw-camera.js';

const PHOTOS = ['sample1.jpg', 'sample3.jpg'].map((name) => Buffer.from(samplePhoto(name)));
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n';
const part = (photo: Buffer) =>
  raw(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${photo.length}\r\n\r\n`, photo);

/** Head and parts; the connection stays open unless it is to end. */
async function streamOf(head: string, parts: readonly Buffer[], ends = false) {
  return rawCamera((_request, socket) => {
    socket.write(raw(head, Buffer.concat(parts)));
    if (ends) socket.end();
  });
}

describe('an http address that gives a stream of JPEGs', () => {
  test.each([
    ['as it should be', HEAD, PHOTOS.map(part)],
    ['without the first boundary', HEAD, [raw('\r\nContent-Type: image/jpeg\r\n\r\n', PHOTOS[0]), part(PHOTOS[1]!)]],
    ['whose parts have no headers', HEAD, PHOTOS.map((photo) => raw('--frame\r\n\r\n', photo))],
    ['with another boundary than it says', HEAD, PHOTOS.map((photo) => raw('--other\r\n\r\n', photo))],
    ['with LF', HEAD.replaceAll('\r', ''), PHOTOS.map((photo) => raw('--frame\nA: b\n\n', photo))],
    ['with wrong lengths', HEAD, PHOTOS.map((photo) => raw('--frame\r\nContent-Length: 7\r\n\r\n', photo))],
    ['with a length of its own', HEAD.replace('OK\r\n', 'OK\r\nContent-Length: 0\r\n'), PHOTOS.map(part)],
    ['of no type', 'HTTP/1.1 200 OK\r\n\r\n', PHOTOS.map(part)],
    ['of the type of a picture', 'HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n', PHOTOS.map(part)],
    ['of a video type, without parts', 'HTTP/1.1 200 OK\r\nContent-Type: video/x-motion-jpeg\r\n\r\n', PHOTOS],
    ['without any head', '', PHOTOS.map(part)],
    ['by ICY', HEAD.replace('HTTP/1.1', 'ICY'), PHOTOS.map(part)],
  ])('%s: its pictures are taken', async (_name, head, parts) => {
    const { host, requests } = await streamOf(head, parts);
    const { controller, gate, run } = watchCamera(`http://${host}/`, { fps: 1e6 });
    gate.onPicture = () => gate.pictures.length === 2 && controller.abort();
    await run;
    expect(gate.pictures.map(({ body }, i) => PHOTOS[i]!.equals(body.bytes))).toEqual([true, true]);
    expect([requests.length, gate.notes]).toEqual([1, []]);
  });

  test('without any type is one where the caller says so, and so is a stream in chunks', async () => {
    const chunks = PHOTOS.map((photo) => raw(`${photo.length.toString(16)}\r\n`, Buffer.concat([photo, raw('\r\n')])));
    const { host } = await streamOf('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', chunks);
    const { controller, gate, run } = watchCamera(`http://${host}/`, { fps: 1e6, isStream: true });
    gate.onPicture = () => gate.pictures.length === 2 && controller.abort();
    await run;
    expect(gate.pictures).toHaveLength(2);
  });

  test('gives one picture with --once, as soon as its end is there', async () => {
    const { host } = await streamOf(HEAD, [part(PHOTOS[0]!)]);
    expect(PHOTOS[0]!.equals((await takeOne(`http://${host}/`)).bytes)).toBe(true);
  });

  test('is picked from by the clock', async () => {
    const { host } = await streamOf(
      HEAD,
      Array.from({ length: 50 }, () => part(PHOTOS[0]!)),
      true,
    );
    const { controller, gate, run } = watchCamera(`http://${host}/`, { fps: 0.01 });
    while (gate.notes.length === 0) await new Promise(setImmediate);
    controller.abort();
    await run;
    expect(gate.pictures).toHaveLength(1);
  });

  test.each([
    ['ends', true, /the stream ended; it is tried again$/],
    ['goes mute', false, /gave no picture for 0.1 s; it is tried again$/],
  ])('and %s is said, and opened again', async (_name, ends, text) => {
    const { host, requests } = await streamOf(HEAD, [...PHOTOS.map(part), raw('--frame\r\n\r\n')], ends);
    const { controller, gate, run } = watchCamera(`http://${host}/`, { silenceMs: 100 });
    gate.onPicture = () => requests.length === 2 && controller.abort();
    await run;
    expect(gate.notes).toEqual([expect.stringMatching(text), expect.stringMatching(/gives pictures again/)]);
  });

  test('and repeats what is no picture is opened again, though bytes come', async () => {
    const sendBoundaries = (socket: Socket) => {
      const timer = setInterval(() => socket.write('--frame\r\n\r\n'), 5);
      socket.on('close', () => clearInterval(timer));
    };
    const { host } = await rawCamera((_request, socket) => {
      socket.write(HEAD);
      sendBoundaries(socket);
    });
    await expect(takeOne(`http://${host}/`, { silenceMs: 100 })).rejects.toMatchObject({
      message: expect.stringMatching(/gave no picture for 0.1 s/),
    });
  });

  test.each([
    [
      'breaks off',
      [PHOTOS[0]!.subarray(0, 5_000), PHOTOS[1]!.subarray(0, 5_000)],
      /without a whole picture \(pictures without an end: 1\)/,
    ],
    [
      'is too large',
      [Buffer.concat([PHOTOS[0]!.subarray(0, 3), Buffer.alloc(2 ** 20)])],
      /more than the 1048576 bytes/,
    ],
  ])('whose picture %s: that is said', async (_name, parts, text) => {
    const { host } = await streamOf(HEAD, parts, true);
    await expect(takeOne(`http://${host}/`)).rejects.toMatchObject({ message: expect.stringMatching(text) });
  });
});

test.each([
  ['by its type', 'HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n', '\0\0\0\x18ftypmp42....', false],
  ['that lists others', 'HTTP/1.1 200 OK\r\n\r\n', '#EXTM3U\n#EXT-X-VERSION:3\n', false],
  ['by --video', 'HTTP/1.1 200 OK\r\n\r\n', 'G\x40\x11\x10\0\x42\xf0\x25\0\0\0\0\0\0', true],
])('a video %s is left to what plays videos', async (_name, head, body, isStream) => {
  const { host, openSockets } = await rawCamera((_request, socket) =>
    socket.write(raw(head, Buffer.from(body, 'latin1'))),
  );
  const { run, video } = watchCamera(`http://${host}/`, { isStream });
  await run;
  expect(video.runs).toBe(1);
  while (openSockets() > 0) await new Promise(setImmediate);
});
