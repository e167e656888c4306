import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { VideoSource } from '../../../server/cli/watch/video-source.js';
import { samplePhoto } from '../../support/frames.js';
import { hasProgram } from '../../support/programs.js';
import { FakeGate } from './fake-gate.js';

/** A camera that does these things with one connection after another; the last one goes on. */
async function camera(...does: ((socket: Socket) => void)[]): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}).resume());
    (does.length > 1 ? does.shift()! : does[0]!)(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const isMute = () => {};
const gives = (socket: Socket) => {
  for (let picture = 0; picture < 10; picture++) socket.write(samplePhoto('sample1.jpg'));
  socket.end();
};

function sourceOf(input: string, single: boolean) {
  const settings = { once: single, fps: 5, pictureBytes: 2 ** 22, silenceMs: 4_000 };
  return new VideoSource({ input, shown: 'the camera', redact: (text) => text, kind: 'stream' }, settings);
}

describe.skipIf(!hasProgram('ffmpeg'))('a stream without pictures (needs ffmpeg)', { timeout: 90_000 }, () => {
  test('is said and opened again, until pictures come', async () => {
    const gate = new FakeGate();
    const controller = new AbortController();
    gate.onPicture = () => controller.abort();
    await sourceOf(await camera(isMute, gives), false).run(gate, controller.signal);
    // On a busy machine ffmpeg may be silent more than once.
    expect(new Set(gate.notes)).toEqual(
      new Set(['the camera: no picture for 4 s; it is opened again', 'the camera gives pictures again']),
    );
    expect(gate.notes.at(-1)).toBe('the camera gives pictures again');
  });

  test('ends a run for one picture with a message', async () => {
    const run = sourceOf(await camera(isMute), true).run(new FakeGate(), new AbortController().signal);
    await expect(run).rejects.toMatchObject({ code: 'DT_WATCH_SOURCE', message: 'the camera: no picture for 4 s' });
  });
});
