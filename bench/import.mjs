// What the import of an ONNX file takes: seconds of a processor, and the most memory that the process had beyond what it had before it
// read the file, as a multiple of the file's size. Each file is imported in a process of its own (Linux: VmHWM of /proc/self/status).
// Without files: YOLOv8-shaped ones with random weights, as 32-bit floats and as halves.
// Usage: node bench/import.mjs [--size 640] [file.onnx ...]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { source } from './sources.mjs';

const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: { size: { type: 'string', default: '640' }, measure: { type: 'boolean', default: false } },
});
const size = { height: Number(options.size), width: Number(options.size) };

/** Bytes of `VmRSS` (now) or `VmHWM` (the most since the mark was cleared). */
function memory(field) {
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
}

/** Imports a file and prints what that took, as JSON. */
async function measure(file) {
  const { readOnnxFile } = await source('server/model-files/onnx-file.ts');
  const { NetworkFile } = await source('test/model-shapes/network-file.ts');
  const tiny = new NetworkFile({ seed: 1, height: 8, width: 8 });
  const folder = mkdtempSync(join(tmpdir(), 'deepthings-import-'));
  const tinyPath = join(folder, 'tiny.onnx');
  writeFileSync(tinyPath, tiny.finish([{ name: tiny.relu(tiny.picture).name }]));
  // Libraries are loaded before it is measured.
  await readOnnxFile(tinyPath);
  rmSync(folder, { recursive: true });
  globalThis.gc();
  writeFileSync('/proc/self/clear_refs', '5');
  const before = memory('VmRSS');
  const start = process.cpuUsage();
  const { graph } = await readOnnxFile(file, { size });
  const { system, user } = process.cpuUsage(start);
  const ms = (system + user) / 1000;
  process.stdout.write(JSON.stringify({ ms, peakBytes: memory('VmHWM') - before, nodes: graph.nodes.length }));
}

/** @param folder for the files. */
async function madeFiles(folder) {
  const { YOLOV8, yoloFile } = await source('test/model-shapes/yolo-files.ts');
  return [
    ['20 MB, floats', 21, 'float32'],
    ['20 MB, halves', 30, 'float16'],
    ['10 MB, halves', 21, 'float16'],
    ['3 MB, floats', 8, 'float32'],
  ].map(([name, channels, weights]) => {
    const path = join(folder, `${name}.onnx`);
    writeFileSync(path, yoloFile(YOLOV8, { seed: 1, channels, bias: -5, weights }).bytes);
    return path;
  });
}

if (options.measure) await measure(positionals[0]);
else {
  const folder = mkdtempSync(join(tmpdir(), 'deepthings-import-'));
  try {
    const files = positionals.length > 0 ? positionals : await madeFiles(folder);
    process.stdout.write('file                             MB   nodes   seconds   peak of memory\n');
    for (const file of files) {
      const self = fileURLToPath(import.meta.url);
      const args = ['--expose-gc', self, '--measure', '--size', options.size, file];
      const { ms, nodes, peakBytes } = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
      const bytes = readFileSync(file).byteLength;
      const columns = [
        basename(file).padEnd(28),
        (bytes / 1e6).toFixed(1).padStart(6),
        String(nodes).padStart(7),
        (ms / 1000).toFixed(2).padStart(9),
        `${(peakBytes / 1e6).toFixed(0)} MB, ${(peakBytes / bytes).toFixed(2)}x`.padStart(16),
      ];
      process.stdout.write(`${columns.join(' ')}\n`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
