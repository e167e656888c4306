import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../server/engine/engines.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import { normaliseOnnx } from '../../server/engine/onnxruntime/onnx-normalisation.js';
import { TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { importOnnx } from '../../server/formats/onnx/import-onnx.js';
import { fuseStage, planFtp } from '../../server/geometry/ftp-plan.js';
import { mapShape } from '../../server/geometry/segments.js';
import { tileable } from '../../server/graph/cuts.js';
import { valuesOf } from '../../server/tensor/planes.js';
import { randomPicture } from './arbitrary-networks.js';
import { compareTiled } from './tiled-graph.js';

const MODELS = join(import.meta.dirname, '../../../shared/data/models');

describe('a real model in tiles', { timeout: 120_000 }, () => {
  let engine: InferenceEngine;
  beforeAll(async () => {
    engine = await createEngine('onnxruntime', { threads: 2 });
  });

  it.each([
    ['nanodet-g-416', {}, { scaled: false, nodes: 101, local: 89, work: 1, barrier: 'no feature maps' }],
    ['yolox-tiny-416-1class', {}, { scaled: false, nodes: 277, local: 272, work: 1, barrier: 'no feature maps' }],
    ['ssdlite-mobilenetv2-300', {}, { scaled: false, nodes: 167, local: 167, work: 1, barrier: undefined }],
    ['centerface', { width: 320, height: 320 }, { scaled: false, nodes: 122, local: 122, work: 1, barrier: undefined }],
    [
      'picodet-layout-800x608',
      {},
      { scaled: true, nodes: 521, local: 130, work: 0.45, barrier: 'pools the whole map' },
    ],
    [
      'ppocr-v4-det',
      { width: 320, height: 320 },
      // Its ten gates behind one another amplify: of bytes as they are, the last bit of its maps is 3e-5 of the output.
      { scaled: true, nodes: 328, local: 172, work: 0.31, barrier: 'pools the whole map' },
    ],
  ])('%s gives what it gives whole', async (name, size, expected) => {
    const bytes = readFileSync(join(MODELS, `${name}.onnx`));
    const { graph } = await importOnnx(bytes, { name, normalise: normaliseOnnx, size });
    const { barriers, cuts, local, macs } = tileable(graph);
    const last = cuts.at(-1)!;
    expect([graph.nodes.length, local.length]).toEqual([expected.nodes, expected.local]);
    expect(last.macs / macs).toBeCloseTo(expected.work, 2);
    if (expected.barrier === undefined) expect(barriers).toEqual([]);
    else expect(barriers[0]!.why).toContain(expected.barrier);
    const picture = randomPicture(valuesOf(mapShape(graph, graph.inputs[0]!)), 7);
    const normalise = (values: Uint8Array) =>
      Float32Array.from(values, (value) => (expected.scaled ? (value - 118) / 58 : value));
    const middle = cuts[Math.floor(cuts.length / 2)]!;
    const cases = [
      { cut: last, grid: { rows: 3, columns: 2 }, reuse: false },
      { cut: last, grid: { rows: 3, columns: 2 }, reuse: true },
      { cut: last, grid: { rows: 5, columns: 5 }, reuse: true },
      { cut: middle, grid: { rows: 5, columns: 5 }, reuse: true },
    ];
    const work: number[] = [];
    for (const { cut, grid, reuse } of cases) {
      const plan = planFtp(fuseStage(graph, local, cut), grid);
      const tiled = await compareTiled(engine, { plan, picture, normalise, isSeen: () => reuse });
      for (const { difference, name } of tiled.maps) {
        expect(difference, name).toBeLessThanOrEqual(TOLERANCE.f32);
      }
      for (const { difference, name } of tiled.outputs) {
        expect(difference, name).toBeLessThanOrEqual(TOLERANCE.f32);
      }
      work.push(tiled.macs);
    }
    expect(work[1]).toBeLessThan(work[0]!);
  });
});
