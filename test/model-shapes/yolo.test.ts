import { expect, test } from 'vitest';
import { checkYolo } from './yolo-cases.js';
import { YOLOV8, yoloFile } from './yolo-files.js';

test('a small YOLOv8 with open sizes: imported, in tiles and decoded as independent arithmetic says', async () => {
  const file = yoloFile(YOLOV8, { seed: 1, channels: 4, bias: -5.5 });
  await checkYolo(file, { height: 128, width: 160, grids: [{ rows: 3, columns: 2 }] });
  expect.hasAssertions();
});
