import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../server/engine/engines.js';
import { placePicture } from '../../../server/heads/placement.js';
import { parseFaceDetectorWeights } from '../../../server/model/built-in/face-detector-weights.js';
import { loadModel } from '../../../server/model/model-source.js';
import type { Network } from '../../../server/model/network.js';
import { foundIn } from '../../support/head-outputs.js';
import { loadLayers } from '../../support/load-layers.js';

const packageFolder = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api')), '..');

/** The picture at the input's top left on black, as normalised floats; what `server/imaging` does in the product. */
async function placeOnInput(path: string, network: Network) {
  const { width = 0, height = 0 } = await sharp(path).metadata();
  const placement = placePicture(width, height, network.input, network.preprocessing.anchor);
  const pixels = await sharp(path)
    .removeAlpha()
    .toColourspace('srgb')
    .resize(placement.scaledWidth, placement.scaledHeight, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  const { width: inputWidth, height: inputHeight } = network.input;
  const { mean, scale, fill } = network.preprocessing;
  const data = Float32Array.from({ length: 3 * inputHeight * inputWidth }, (_, at) => {
    const channel = Math.floor(at / (inputHeight * inputWidth));
    const [y, x] = [Math.floor(at / inputWidth) % inputHeight, at % inputWidth];
    const inside = y < placement.scaledHeight && x < placement.scaledWidth;
    const byte = inside ? pixels[(y * placement.scaledWidth + x) * 3 + channel]! : fill[channel]!;
    return (byte - mean[channel]!) * scale[channel]!;
  });
  return { placement, block: { data, shape: network.input } };
}

describe('face detector', () => {
  // With the larger input the scores of two faces fall to just below 0.5.
  it.each([
    [416, 3],
    [608, 2],
  ])('finds the faces in the package’s photographs (input %i)', async (size, fewest) => {
    const { network, weights } = await loadModel({ width: size, height: size });
    const layers = network.layers.slice(0, -1);
    const engine = await createEngine('onnxruntime');
    const graph = await loadLayers(engine, { name: 'faces', firstLayer: 0, layers, weights, padding: 'layers' });
    const found: Record<string, number> = {};
    for (const sample of ['sample1', 'sample3', 'sample4', 'sample5', 'sample6']) {
      const { placement, block } = await placeOnInput(join(packageFolder, 'demo', `${sample}.jpg`), network);
      const { data } = await graph.run(block);
      const faces = foundIn(data, network, placement, { threshold: 0.5, nms: 0.4 });
      found[sample] = faces.length;
      for (const { label, score, pixels } of faces) {
        expect(label).toBe('face');
        expect(score).toBeGreaterThanOrEqual(0.5);
        expect(pixels.width / pixels.height).toBeGreaterThan(0.5);
        expect(pixels.width / pixels.height).toBeLessThan(2);
      }
    }
    await graph.release();
    for (const [sample, count] of Object.entries(found)) {
      expect(count, sample).toBeGreaterThanOrEqual(fewest);
      expect(count, sample).toBeLessThanOrEqual(5);
    }
  });
});

describe('parseFaceDetectorWeights', () => {
  const manifestPath = join(packageFolder, 'model', 'tiny_face_detector_model-weights_manifest.json');
  const manifest = readFileSync(manifestPath, 'utf8');
  const bytes = readFileSync(join(packageFolder, 'model', 'tiny_face_detector_model.bin'));

  it('turns bytes into numbers, and height, width, in, out into out, in, height, width', async () => {
    const { network } = await loadModel({});
    const weights = parseFaceDetectorWeights(manifest, bytes, network);
    const [first] = JSON.parse(manifest)[0].weights;
    const { scale, min } = first.quantization;
    // Filter 5, channel 2, row 1, column 0: [1][0][2][5] of [3, 3, 3, 16].
    const expected = bytes[((1 * 3 + 0) * 3 + 2) * 16 + 5]! * scale + min;
    expect(weights.get(0)!.weights[((5 * 3 + 2) * 3 + 1) * 3 + 0]).toBeCloseTo(expected, 6);
    expect(weights.get(2)!.bias).toEqual(new Float32Array(16));
    expect(weights.get(17)!.weights).toHaveLength(25 * 512);
  });

  it.each([
    ['a short file', manifest, bytes.subarray(1)],
    ['a manifest that is no JSON', '{', bytes],
    ['a manifest of something else', '[{}]', bytes],
    ['other numbers', manifest.replaceAll('uint8', 'uint16'), bytes],
    ['other shapes', manifest.replace('[3,3,3,16]', '[3,3,16,3]').replace('conv0/filters', 'conv0/kernel'), bytes],
  ])('refuses %s', async (_, text, content) => {
    const { network } = await loadModel({}, { start: 0, end: 0 });
    expect(() => parseFaceDetectorWeights(text, content, network)).toThrow(
      expect.objectContaining({ code: 'DT_MODEL_FILE' }),
    );
  });
});
