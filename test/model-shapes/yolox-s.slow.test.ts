import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createEngine } from '../../server/engine/engines.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { bandsOf } from '../../server/geometry/gang/bands.js';
import { chooseEnds } from '../../server/geometry/gang/choose-ends.js';
import { planGang } from '../../server/geometry/gang/gang-plan.js';
import { loadModel } from '../../server/model-files/load-model.js';
import { SYNTHETIC_MODELS } from '../../server/model-files/synthetic/synthetic-models.js';
import { normaliseBytes } from '../../server/tensor/normalise.js';
import { temporaryFolder } from '../cli/running-cli.js';
import { randomPicture } from '../compute/arbitrary-networks.js';
import { runGang } from '../compute/gang.js';
import { runWhole } from '../compute/tiled-graph.js';

const THRESHOLD = 0.25;

test('yolox-s on a gang gives the maps of the whole graph; its numbers are finite and few rows are boxes', async () => {
  const { file, spec } = SYNTHETIC_MODELS.get('yolox-s')!;
  const onnx = join(temporaryFolder(), 'yolox-s.onnx');
  writeFileSync(onnx, file(1));
  const { graph, network } = await loadModel({ onnx, ...spec });
  const engine = await createEngine('onnxruntime', { threads: 1 });
  const plan = planGang(graph, (stage) => chooseEnds(stage, 3));
  const picture = randomPicture(3 * 640 * 640, 1);
  const normalise = (bytes: Uint8Array, shape: Parameters<typeof normaliseBytes>[1]) =>
    normaliseBytes(bytes, shape, network.preprocessing);
  const [output] = graph.outputs as [string];
  const whole = await runWhole(
    engine,
    graph,
    [...plan.stage.values, output],
    normalise(picture, { channels: 3, height: 640, width: 640 }),
  );
  const gang = await runGang(engine, { plan, bands: bandsOf([2, 3, 2], [1]), picture, normalise });
  for (const [i, name] of plan.stage.values.entries()) {
    expect(relativeDifference(gang.merged[i]!, whole.get(name)!.data as Float32Array)).toBeLessThanOrEqual(
      TOLERANCE.f32,
    );
  }
  const values = whole.get(output)!.data as Float32Array;
  expect(values.every(Number.isFinite)).toBe(true);
  const isBox = (row: number) => {
    const scores = values.subarray(85 * row + 5, 85 * row + 85);
    return values[85 * row + 4]! * scores.reduce((most, score) => Math.max(most, score)) > THRESHOLD;
  };
  expect(Array.from({ length: 8400 }, (_, row) => row).filter(isBox).length).toBeLessThan(100);
  // Numbers neither vanish nor grow on their way.
  const boxes = Array.from({ length: 8400 }, (_, row) => Math.abs(values[85 * row + 2]!));
  expect(Math.max(...boxes)).toBeGreaterThan(0.01);
  expect(Math.max(...boxes)).toBeLessThan(5);
}, 120_000);
