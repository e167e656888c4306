import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { weightBytes } from '../../../server/graph/weights.js';
import { readOnnxFile } from '../../../server/model-files/onnx-file.js';
import { NetworkFile } from '../../model-shapes/network-file.js';
import { YOLOV8, yoloFile } from '../../model-shapes/yolo-files.js';
import { collectGarbage } from '../../support/garbage.js';

/** Bytes of `VmRSS` (now) or `VmHWM` (the most since the mark was cleared). */
function memory(field: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024;
}

const SIZE = { height: 640, width: 640 };

// The weights as 32-bit floats are as large as the file, or twice as large; the file itself has left the memory before.
test.each([
  ['floats', 'float32', 21, 2],
  ['halves', 'float16', 30, 3],
] as const)(
  'a file of 20 MB of %s is imported within 2 s of one core and little more memory than its weights take',
  async (...one) => {
    const [, weights, channels, times] = one;
    const folder = mkdtempSync(join(tmpdir(), 'deepthings-import-'));
    const [tinyPath, path] = [join(folder, 'tiny.onnx'), join(folder, 'model.onnx')];
    const tiny = new NetworkFile({ seed: 1, height: 8, width: 8 });
    // Libraries are loaded before it is measured.
    writeFileSync(tinyPath, tiny.finish([{ name: tiny.relu(tiny.picture).name }]));
    await readOnnxFile(tinyPath);
    writeFileSync(path, yoloFile(YOLOV8, { seed: 1, channels, bias: -5, weights }).bytes);
    try {
      await collectGarbage();
      writeFileSync('/proc/self/clear_refs', '5');
      const before = memory('VmRSS');
      const { size } = statSync(path);
      expect(size).toBeGreaterThan(20_000_000);
      const start = process.cpuUsage();
      const { graph } = await readOnnxFile(path, { size: SIZE });
      const { system, user } = process.cpuUsage(start);
      expect((system + user) / 1e6).toBeLessThan(2);
      expect(memory('VmHWM') - before).toBeLessThan(times * size);
      expect(weightBytes(graph, graph.nodes)).toBeGreaterThan((times - 1) * 0.9 * size);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
