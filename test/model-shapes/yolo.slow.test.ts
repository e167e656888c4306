import { describe, expect, test } from 'vitest';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runGraph } from '../support/onnx-run.js';
import { imported, pictureOf } from './tiled-model.js';
import { checkYolo } from './yolo-cases.js';
import { YOLOV8, YOLOV9, yoloFile } from './yolo-files.js';

const GRIDS = [
  { rows: 3, columns: 2 },
  { rows: 5, columns: 5 },
];

describe.each([
  ['YOLOv8', YOLOV8, { 320: -8.35, 640: -9.44 }],
  ['YOLOv9', YOLOV9, { 320: -7.31, 640: -7.2 }],
] as const)('%s with random weights', (_, body, biases) => {
  test.each([
    [320, 'fixed'],
    [320, 'open'],
    [640, 'fixed'],
    [640, 'open'],
  ] as const)(
    'at %i, sizes %s: imported, in tiles and decoded as independent arithmetic says',
    async (side, sizes) => {
      const size = sizes === 'fixed' ? { height: side, width: side } : {};
      const file = yoloFile(body, { seed: 320, channels: 8, bias: biases[side], ...size });
      await checkYolo(file, { height: side, width: side, grids: GRIDS });
    },
    120_000,
  );

  test('in halves it is what it is in 32-bit floats of the same numbers', async () => {
    const size = { height: 320, width: 320 };
    const [halves, floats] = (['float16', 'rounded'] as const).map((weights) =>
      yoloFile(body, { seed: 320, channels: 8, bias: biases[320], weights, ...size }),
    );
    const [half, single] = [await imported(halves!.bytes), await imported(floats!.bytes)];
    const picture = pictureOf(single.graph);
    const [output] = single.graph.outputs as [string];
    const [a, b] = [await runGraph(half.graph, { images: picture }), await runGraph(single.graph, { images: picture })];
    expect(relativeDifference(a.get(output)!.data, b.get(output)!.data)).toBeLessThanOrEqual(TOLERANCE.f32);
    await checkYolo(floats!, { ...size, grids: [{ rows: 3, columns: 2 }] });
  }, 120_000);
});
