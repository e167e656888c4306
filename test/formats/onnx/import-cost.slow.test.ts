import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { normaliseOnnx } from '../../../server/engine/onnxruntime/onnx-normalisation.js';
import { importOnnx } from '../../../server/formats/onnx/import-onnx.js';
import { NetworkFile } from '../../model-shapes/network-file.js';
import { YOLOV8, yoloFile } from '../../model-shapes/yolo-files.js';
import { collectGarbage } from '../../support/garbage.js';

/** Bytes of `VmRSS` (now) or `VmHWM` (the most since the mark was cleared). */
function memory(field: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024;
}

const SIZE = { height: 640, width: 640 };
const importing = (bytes: Uint8Array) => importOnnx(bytes, { name: 'model', normalise: normaliseOnnx, size: SIZE });

/** Node's own heap, and what a graph of 240 nodes takes beside its weights. */
const FIXED_BYTES = 15_000_000;

// The file, its weights as 32-bit floats, which are twice as large as halves: no other copy.
test.each([
  ['floats', 'float32', 21, 2],
  ['halves', 'float16', 30, 3],
] as const)(
  'a file of 20 MB of %s is imported within 2 s of one core, without a copy of its weights too many',
  async (...one) => {
    const [, weights, channels, copies] = one;
    const tiny = new NetworkFile({ seed: 1, height: 8, width: 8 });
    // Libraries are loaded before it is measured.
    await importing(tiny.finish([{ name: tiny.relu(tiny.picture).name }]));
    const path = join(tmpdir(), `deepthings-import-${process.pid}.onnx`);
    writeFileSync(path, yoloFile(YOLOV8, { seed: 1, channels, bias: -5, weights }).bytes);
    try {
      await collectGarbage();
      writeFileSync('/proc/self/clear_refs', '5');
      const before = memory('VmRSS');
      const bytes = readFileSync(path);
      expect(bytes.byteLength).toBeGreaterThan(20_000_000);
      const start = process.cpuUsage();
      await importing(bytes);
      const { system, user } = process.cpuUsage(start);
      expect((system + user) / 1e6).toBeLessThan(2);
      expect(memory('VmHWM') - before).toBeLessThan(copies * bytes.byteLength + FIXED_BYTES);
    } finally {
      rmSync(path);
    }
  },
);
