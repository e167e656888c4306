import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { normaliseOnnx } from '../../../server/engine/onnxruntime/onnx-normalisation.js';
import { externalFolder } from '../../../server/formats/onnx/file/external-folder.js';
import { importOnnx } from '../../../server/formats/onnx/import-onnx.js';
import { onnxFile } from '../../support/onnx-file.js';

const base = mkdtempSync(join(tmpdir(), 'onnx-external-'));
const folder = join(base, 'model');
mkdirSync(join(folder, 'inside'), { recursive: true });
mkdirSync(join(folder, 'folder.bin'));
const floats = Float32Array.from({ length: 100 }, (_, i) => i / 7);
writeFileSync(join(folder, 'weights.bin'), floats);
writeFileSync(join(base, 'secret.bin'), floats);
symlinkSync('../secret.bin', join(folder, 'link-out.bin'));
symlinkSync('..', join(folder, 'link-folder'));
symlinkSync('weights.bin', join(folder, 'link-in.bin'));
symlinkSync('loop.bin', join(folder, 'loop.bin'));
afterAll(() => rmSync(base, { recursive: true }));

function imported(location: string, offset = 40) {
  const external = { location, offset: `${offset}`, length: '12' };
  const file = onnxFile({
    nodes: [{ operator: 'Mul', inputs: ['x', 'w'], outputs: ['y'] }],
    tensors: [{ name: 'w', type: 'float32', dims: [3, 1, 1], external }],
    inputs: [{ name: 'x', type: 'float32', dims: [1, 3, 4, 4] }],
    outputs: [{ name: 'y' }],
  });
  return importOnnx(file, { name: 'case', normalise: normaliseOnnx, readExternal: externalFolder(folder) });
}

test.each(['weights.bin', './weights.bin', 'link-in.bin'])('%s gives the elements', async (location) => {
  const { constants } = (await imported(location)).graph;
  const [weights] = constants.values();
  expect([...new Float32Array(new Uint8Array(weights!.bytes).buffer)]).toEqual([...floats.subarray(10, 13)]);
});

test.each([
  ['missing.bin', /missing\.bin, which the model names, is not there; put it beside/],
  ['link-out.bin', /is a link to .*secret\.bin, outside of the folder/],
  ['link-folder/secret.bin', /outside of the folder/],
  ['loop.bin', /is not there/],
  ['folder.bin', /is no file/],
])('%s is refused', async (location, message) => {
  await expect(imported(location)).rejects.toMatchObject({
    code: 'DT_ONNX_EXTERNAL',
    message: expect.stringMatching(message),
  });
});

test('a file that is too short is refused', async () => {
  await expect(imported('weights.bin', 396)).rejects.toMatchObject({
    code: 'DT_ONNX_EXTERNAL',
    message: expect.stringMatching(/has 400 bytes, where 408 are needed/),
  });
});
