import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { submit } from '../support/frames.js';
import { sharedData } from '../support/shared-data.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

interface Expected {
  readonly label: string;
  readonly score: number;
  readonly cx: number;
  readonly cy: number;
  readonly w: number;
  readonly h: number;
}

const EXPECTED: Readonly<Record<string, readonly Expected[]>> = JSON.parse(
  readFileSync(sharedData('models/nanodet-expected.json'), 'utf8'),
).detections;

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster({ yaml: 'model: { name: nanodet, threshold: 0.35 }\npartition: { grid: 5x5 }' });
}, 90_000);
afterAll(() => cluster?.stop());

const FRAMES = Object.entries(EXPECTED).flatMap(([name, all]) =>
  (['ftp-wst-s', 'whole', 'gang'] as const).map((strategy) => [name, strategy, all] as const),
);

test.each(FRAMES)(
  'a cluster finds in %s by %s what Python finds with the whole network',
  async (name, strategy, all) => {
    const frame = await submit(cluster.client, readFileSync(sharedData(`photos/${name}`)), { strategy });
    expect(frame.state).toBe('complete');
    const sure = all.filter(({ score }) => score >= 0.45);
    expect(sure.length).toBeGreaterThan(0);
    for (const { cx, cy, h, label, score, w } of sure) {
      const near = frame.detections!.filter(({ box, label: found }) => {
        const apart = [box.cx - cx, box.cy - cy, box.width - w, box.height - h].map(Math.abs);
        return found === label && Math.max(...apart) <= 0.03;
      });
      expect(near, label).toHaveLength(1);
      expect(Math.abs(near[0]!.score - score), label).toBeLessThanOrEqual(0.05);
    }
  },
);
