import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../server/engine/engines.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import { samplePhoto } from '../support/frames.js';
import { compareGangs } from './gang-model.js';

describe('gangs of 1, 2, 3, 4 and 6, with equal and unequal shares', { timeout: 120_000 }, () => {
  let engine: InferenceEngine;
  beforeAll(async () => {
    engine = await createEngine('onnxruntime', { threads: 1 });
  });

  it.each([
    { spec: { name: 'nanodet' }, threshold: 0.4, f16Above: 0.01 },
    { spec: { name: 'yolov2', weights: 'synthetic', width: 192, height: 192 }, threshold: 0.004, f16Above: null },
    { spec: { name: 'yolov3-tiny', weights: 'synthetic', width: 224, height: 224 }, threshold: 0.05, f16Above: null },
  ])('$spec.name gives the maps and the detections of the whole graph', async (one) => {
    expect(await compareGangs(engine, { ...one, picture: samplePhoto('sample2.jpg') })).toBeGreaterThan(0);
  });
});
