import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readCredentialedUrl } from '../../../server/cli/credentialed-url.js';
import { SnapshotSource } from '../../../server/cli/watch/snapshot-source.js';
import { samplePhoto } from '../../support/frames.js';
import { waitUntil } from '../../support/test-cluster.js';
import { FakeGate } from './fake-gate.js';

const PHOTO = samplePhoto('sample1.jpg');

async function camera(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://viewer:ge%2Fheim@127.0.0.1:${(server.address() as AddressInfo).port}/snapshot.jpg`;
}

function watchCamera(url: string, isOnce = false) {
  const gate = new FakeGate();
  const controller = new AbortController();
  const address = readCredentialedUrl(url, 'what is watched', ['http']);
  const source = new SnapshotSource({ address, once: isOnce, intervalMs: 20, pictureBytes: 2 ** 20 });
  return { gate, controller, run: source.run(gate, controller.signal) };
}

describe('an address that gives a picture', () => {
  test('is asked at an interval, with its credentials, also after it was away', async () => {
    const asked: (string | undefined)[] = [];
    const url = await camera((request, response) => {
      asked.push(request.headers.authorization);
      if (asked.length === 2) response.writeHead(503, 'busy').end();
      else response.writeHead(200, { 'content-type': 'image/jpeg' }).end(PHOTO);
    });
    const { controller, gate, run } = watchCamera(url);
    await waitUntil(() => gate.pictures.length >= 3);
    controller.abort();
    await run;
    expect(new Set(asked)).toEqual(new Set([`Basic ${Buffer.from('viewer:ge/heim').toString('base64')}`]));
    expect(gate.pictures[0]!.body).toEqual({ mediaType: 'image/jpeg', bytes: Buffer.from(PHOTO) });
    expect(gate.notes).toEqual([
      expect.stringMatching(/answers 503 busy; it is tried again/),
      expect.stringMatching(/answers again/),
    ]);
    expect(gate.notes.join()).not.toMatch(/viewer|heim/);
  });

  test.each([
    ['a stream', 'multipart/x-mixed-replace', Buffer.from('--frame'), /gives a stream .*--video/],
    ['a page', 'text/html', Buffer.from('<html>log in</html>'), /text/],
    ['too much', 'image/jpeg', Buffer.alloc(2 ** 20 + 1), /more than the 1048576 bytes/],
  ])('that gives %s is told', async (_name, type, body, message) => {
    const url = await camera((_request, response) => response.writeHead(200, { 'content-type': type }).end(body));
    await expect(watchCamera(url, true).run).rejects.toMatchObject({
      code: 'DT_WATCH_SOURCE',
      message: expect.stringMatching(message),
    });
  });
});

test('credentials are taken out of what others say', () => {
  const { plain, redact } = readCredentialedUrl('rtsp://a:p%40ss@cam/1', 'it', ['rtsp']);
  expect(plain).toBe('rtsp://cam/1');
  expect(redact('rtsp://a:p%40ss@cam/1: refused, p@ss')).toBe('rtsp://cam/1: refused, ***');
});
