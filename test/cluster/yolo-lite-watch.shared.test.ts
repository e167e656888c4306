import { copyFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { runCli, temporaryFolder } from '../cli/running-cli.js';
import {
  DARKNET_PHOTOS,
  expectDarknetDetections,
  YOLO_LITE_MODELS,
  yoloLiteModel,
} from '../support/darknet-detections.js';
import { sharedData } from '../support/shared-data.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

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

describe('deepthings watch, with YOLO-LITE', { timeout: 60_000 }, () => {
  let cluster: TestCluster | undefined;
  afterEach(() => cluster?.stop());

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
