import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type VideoInput, type VideoSettings, VideoSource } from '../../../server/cli/watch/video-source.js';
import { hasEnding } from '../../../server/imaging/picture-ending.js';
import { hasProgram } from '../../support/programs.js';
import { runCli, temporaryFolder } from '../running-cli.js';
import { FakeGate } from './fake-gate.js';

const base = { silenceMs: 30_000, once: true, fps: 5, pictureBytes: 2 ** 22 };
const redact = (text: string) => text;

type Played = Pick<VideoInput, 'input' | 'kind'> & Partial<VideoInput> & Partial<VideoSettings>;

async function play({ input, kind, ...options }: Played): Promise<FakeGate> {
  const gate = new FakeGate();
  const source = new VideoSource({ input, kind, shown: input, redact, ...options }, { ...base, ...options });
  await source.run(gate, new AbortController().signal);
  return gate;
}

describe.skipIf(!hasProgram('ffmpeg'))('a video (needs ffmpeg)', { timeout: 30_000 }, () => {
  const film = () => {
    const path = join(temporaryFolder(), 'film.avi');
    const source = ['-f', 'lavfi', '-i', 'testsrc=duration=2:size=160x120:rate=10'];
    execFileSync('ffmpeg', ['-loglevel', 'error', ...source, '-c:v', 'mpeg4', path]);
    return path;
  };

  test('gives its pictures, so many a second of it', async () => {
    const path = film();
    const gate = await play({ input: path, kind: 'file' });
    expect(gate.names).toEqual(Array.from({ length: 10 }, (_, i) => `picture ${i + 1}`));
    expect(gate.pictures.every(({ body }) => hasEnding(body.bytes, 'image/jpeg'))).toBe(true);
    const single = await play({ input: path, kind: 'stream' });
    expect(single.pictures).toHaveLength(1);
    const inItsOwnTime = await play({ input: path, kind: 'file', once: false });
    expect(inItsOwnTime.pictures).toHaveLength(10);
  });

  test('that cannot be played is told, without credentials', async () => {
    const hide = (text: string) => text.replaceAll('geheim', '***');
    await expect(play({ input: '/nowhere/geheim.avi', kind: 'file', redact: hide })).rejects.toMatchObject({
      code: 'DT_WATCH_SOURCE',
      message: expect.stringMatching(/\*\*\*.avi: No such file/),
    });
  });

  test('a stream that ends is opened again until it is told to stop', async () => {
    const path = film();
    const gate = new FakeGate();
    const controller = new AbortController();
    gate.onPicture = () => {
      if (gate.pictures.length > 10) controller.abort();
    };
    const input = { input: path, shown: path, redact, kind: 'stream' as const };
    await new VideoSource(input, { ...base, once: false }).run(gate, controller.signal);
    expect(gate.notes[0]).toMatch(/the stream ended; it is opened again/);
  });
});

test('a machine without ffmpeg: what to do', async () => {
  const film = join(temporaryFolder(), 'film.avi');
  execFileSync('touch', [film]);
  const args = ['watch', film, '--gateway', 'http://127.0.0.1:1'];
  const { code, stderr } = await runCli(args, { env: { PATH: '/nowhere' } });
  expect([code, stderr]).toEqual([2, expect.stringContaining('sudo apt-get install ffmpeg')]);
});
