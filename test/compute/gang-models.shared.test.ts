import { beforeAll, expect, it } from 'vitest';
import { createEngine } from '../../server/engine/engines.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import { samplePhoto } from '../support/frames.js';
import { sharedData } from '../support/shared-data.js';
import { compareGangs } from './gang-model.js';

let engine: InferenceEngine;
beforeAll(async () => {
  engine = await createEngine('onnxruntime', { threads: 1 });
});

it('gangs with the file of a yolox-tiny give the maps and the detections of the whole graph', {
  timeout: 60_000,
}, async () => {
  const onnx = sharedData('models/yolox-tiny-416-1class.onnx');
  const picture = samplePhoto('sample2.jpg');
  const found = await compareGangs(engine, { spec: { onnx, head: 'yolox' }, picture, threshold: 0.3, f16Above: 0.02 });
  expect(found).toBeGreaterThan(0);
});
