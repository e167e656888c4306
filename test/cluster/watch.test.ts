import { copyFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { runCli, startCli, temporaryFolder } from '../cli/running-cli.js';
import {
  DARKNET_PHOTOS,
  expectDarknetDetections,
  YOLO_LITE_MODELS,
  yoloLiteModel,
} from '../support/darknet-detections.js';
import { samplePhoto } from '../support/frames.js';
import { hasSharedData, sharedData } from '../support/shared-data.js';
import { startTestCluster, type TestCluster, waitUntil } from '../support/test-cluster.js';

interface WatchLine {
  readonly source: string;
  readonly picture: string;
  readonly frame?: Schemas['Frame'];
  readonly error?: string;
  readonly annotated?: string;
}

const linesOf = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line): WatchLine => JSON.parse(line));

describe('deepthings watch', { timeout: 60_000 }, () => {
  let cluster: TestCluster | undefined;
  afterEach(() => cluster?.stop());

  describe.skipIf(!hasSharedData('yolo-lite'))('(needs ../shared/data/yolo-lite)', () => {
    test.each(YOLO_LITE_MODELS)('%s finds in a folder of photographs what Darknet finds', async (model) => {
      cluster = await startTestCluster({ yaml: `${yoloLiteModel(model)}\npartition: { grid: 3x4, fusedDepth: 8 }` });
      const folder = temporaryFolder();
      for (const [i, photo] of DARKNET_PHOTOS.entries()) {
        copyFileSync(sharedData(`photos/${photo}`), join(folder, photo));
        utimesSync(join(folder, photo), i, i);
      }
      const { code, stdout, stderr } = await runCli([
        ...['watch', folder, '--once', '--json', '--source', 'e1'],
        ...['--gateway', cluster.gateway.address],
      ]);
      expect([code, stderr]).toEqual([0, `${folder}: 4 pictures\n`]);
      const lines = linesOf(stdout);
      expect(lines.map(({ picture }) => picture).sort()).toEqual(DARKNET_PHOTOS.toSorted());
      for (const { picture, frame } of lines) {
        expect(frame).toMatchObject({ state: 'complete', source: 'e1' });
        expectDarknetDetections(model, picture, frame!.detections!);
      }
    });
  });

  test('pictures as they land, with annotated ones, until Ctrl-C', async () => {
    cluster = await startTestCluster({ yaml: 'model: { name: face-detector }', devices: 2 });
    const [folder, found] = [temporaryFolder(), join(temporaryFolder(), 'found')];
    const args = ['watch', folder, '--annotated', found, '--interval', '0.2', '--gateway', cluster.gateway.address];
    const { child, ended, printed } = startCli(args);
    writeFileSync(join(folder, 'door.jpg'), samplePhoto('sample3.jpg'));
    writeFileSync(join(folder, 'broken.jpg'), 'no picture');
    await waitUntil(() => printed.stdout.includes('door.jpg') && printed.stderr.includes('broken.jpg'), 30_000);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^door.jpg: face 0\.\d\d, face 0\.\d\d, face 0\.\d\d in .* \(frame .*\.jpg\)\n$/);
    expect(stderr).toMatch(/broken.jpg: .*\n.*: 1 picture, 1 failed\n$/);
    expect(readdirSync(found)).toEqual([expect.stringMatching(/^door-.*\.jpg$/)]);
  });

  test('what cannot be watched, and a cluster that is away', async () => {
    const nowhere = await runCli(['watch', '/nowhere', '--gateway', 'http://127.0.0.1:1']);
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('no such file or folder')]);
    const folder = temporaryFolder();
    const same = await runCli(['watch', folder, '--annotated', folder, '--gateway', 'http://127.0.0.1:1']);
    expect([same.code, same.stderr]).toEqual([2, expect.stringContaining('another folder')]);
    writeFileSync(join(folder, 'a.jpg'), samplePhoto('sample3.jpg'));
    const state = join(temporaryFolder(), 'seen');
    const away = await runCli(['watch', folder, '--once', '--state', state, '--gateway', 'http://127.0.0.1:1']);
    expect([away.code, away.stderr]).toEqual([1, expect.stringMatching(/a.jpg: cannot reach the gateway/)]);
  });
});
