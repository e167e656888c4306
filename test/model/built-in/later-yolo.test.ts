import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../server/engine/engines.js';
import { detectObjects } from '../../../server/heads/decode/decode-head.js';
import type { YoloFamily } from '../../../server/heads/head-family.js';
import { placePicture } from '../../../server/heads/placement.js';
import { loadModel } from '../../../server/model/model-source.js';
import { seededRandom } from '../../../server/model/seeded-random.js';

describe('the built-in detectors of several heads', () => {
  it.each(['yolov3-tiny', 'yolov4-tiny'])('%s runs as a graph, and its heads are decoded', async (name) => {
    const { constants, network } = await loadModel({ name, width: 96, height: 64, weights: 'synthetic' });
    const { graph, head, input, labels } = network;
    const random = seededRandom(3);
    const data = Float32Array.from({ length: 3 * 64 * 96 }, () => random());
    const engine = await createEngine('onnxruntime');
    const loaded = await engine.loadGraph({ ...graph, constants: new Map([...graph.constants, ...constants]) });
    const outputs = await loaded.run(new Map([['map 0', { shape: [1, 3, 64, 96], data }]]));
    await loaded.release();
    expect([...outputs.values()].map(({ shape }) => shape)).toEqual([
      [1, 255, 2, 3],
      [1, 255, 4, 6],
    ]);
    // Objectness and class are sigmoids of numbers around 0.
    const placement = placePicture(640, 480, input, 'centre');
    const limits = { threshold: 0.1, nms: 0.45 };
    const found = detectObjects(outputs, { family: head as YoloFamily, labels }, placement, limits);
    expect(found.length).toBeGreaterThan(100);
    expect(new Set(found.map(({ label }) => label))).toContain('person');
    for (const { score } of found) expect(score).toBeLessThan(0.9);
  });
});
