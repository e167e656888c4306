import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { samplePhotoPath } from '../../server/imaging/sample-photos.js';
import { waitUntil } from '../support/test-cluster.js';
import { takeOne, watchCamera } from './raw-camera.js';

const SCRIPT = fileURLToPath(new URL('../../../shared/data/tries/fake-camera.py', import.meta.url));

/** Cameras that give a picture, of the paths in `../shared/data/tries/fake-camera.py`. */
const TAKEN = [
  ...['ok', 'noname', 'space', 'lf', 'lfmix', 'http10', 'nostatus', 'dupcl', 'clte', 'icy', 'latin1', 'bighdr', 'gzip'],
  ...['octet', 'notype', 'short', 'shortclose', 'long', 'rst', 'stale', 'cookie', 'redir-same', 'basic'],
  ...['digest', 'digest-sess', 'digest-sha', 'digest-noqop', 'digest-both'],
  ...['mjpeg', 'mjpeg-sp', 'mjpeg-dash', 'mjpeg-quoted', 'mjpeg-nofirst', 'mjpeg-nocl', 'mjpeg-noct', 'mjpeg-wrong'],
  ...['mjpeg-lf', 'mjpeg-untyped'],
];
const REFUSED: readonly (readonly [string, RegExp])[] = [
  ['busy', /answers 503 Service Unavailable: “.*Device Busy”/],
  ['busytext', /gives text, no picture: “Camera busy”/],
  ['xml200', /gives text, no picture: “4 Invalid Operation”/],
  ['login', /gives a web page.*“Login please log in”; it asks to log in/],
  ['empty', /answers 200 without a picture/],
  ['204', /answers 204 without a picture/],
  ['half', /its picture broke off/],
  ['loop', /redirects in a circle/],
  ['redir-file', /redirects to file:.*no http or https address/],
  ['huge', /gives more than|has more than/],
  ['401', /does not accept the name and the password/],
  ['nothing', /answers 404 Not Found: “not here”/],
];

describe('the fake camera of ../shared', { timeout: 60_000 }, () => {
  let port = 0;
  let python: ReturnType<typeof spawn>;
  const photo = readFileSync(samplePhotoPath('sample1.jpg'));

  beforeAll(async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
    server.close();
    await once(server, 'close');
    python = spawn('python3', [SCRIPT, String(port), samplePhotoPath('sample1.jpg')], { stdio: 'ignore' });
    await waitUntil(() =>
      fetch(`http://127.0.0.1:${port}/ok`).then(
        () => true,
        () => false,
      ),
    );
  });
  afterAll(() => python.kill());

  const url = (path: string) => `http://viewer:secret@127.0.0.1:${port}/${path}`;

  test.each(TAKEN)('/%s gives the picture', async (path) => {
    const { bytes } = await takeOne(url(path), { pictureBytes: 20 * 2 ** 20 });
    expect(photo.equals(bytes)).toBe(true);
  });

  test.each(REFUSED)('/%s is said', async (path, text) => {
    const options = { pictureBytes: 20 * 2 ** 20, idleMs: 3_000 };
    await expect(takeOne(url(path), options)).rejects.toMatchObject({ message: expect.stringMatching(text) });
  });

  test('a trickle of bytes is waited for', async () => {
    const { bytes } = await takeOne(url('trickle'), { idleMs: 3_000, snapshotMs: 50_000 });
    expect(photo.equals(bytes)).toBe(true);
  });

  test('a stream that goes mute, and one that ends, is opened again', async () => {
    for (const [path, note] of [
      ['mjpeg-mute', /no picture for 1 s; it is tried again/],
      ['mjpeg-end', /the stream ended/],
    ] as const) {
      const { controller, gate, run } = watchCamera(url(path), { silenceMs: 1_000 });
      await waitUntil(() => gate.pictures.length > 7);
      controller.abort();
      await run;
      expect(gate.notes).toEqual([expect.stringMatching(note), expect.stringMatching(/gives pictures again/)]);
    }
  });
});
