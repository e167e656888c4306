import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { relativeDifference, TOLERANCE } from '../../../../server/evaluation/measure/map-difference.js';
import type { ConvolutionalLayer } from '../../../../server/formats/darknet/layers.js';
import {
  foldWeights,
  parseWeightsHeader,
  weightsFileBytes,
} from '../../../../server/formats/darknet/weights/darknet-weights.js';
import { checkWeightsFile } from '../../../../server/formats/darknet/weights/darknet-weights-check.js';
import {
  loadDarknetWeights,
  parseDarknetWeights,
} from '../../../../server/formats/darknet/weights/darknet-weights-file.js';
import { seededRandom } from '../../../../server/model/seeded-random.js';
import { convolve } from '../../../engine/reference-layers.js';
import { convolution, HALVE, networkOf } from '../../../model/small-networks.js';

const network = networkOf({ channels: 3, height: 6, width: 6 }, [
  convolution({ filters: 2, batchNormalize: true }),
  HALVE,
  convolution({ filters: 4, size: 1, padding: 0, groups: 2 }),
]);

/** Biases, scales, means, variances and kernel of layer 0; biases and kernel of layer 2. */
const FLOATS = 4 * 2 + 2 * 3 * 9 + 4 + 4 * 1;

function weightsFile({
  version = [0, 2],
  floats = FLOATS,
}: {
  version?: readonly [number, number];
  floats?: number;
} = {}) {
  const headerBytes = version[0] === 0 && version[1] < 2 ? 16 : 20;
  const bytes = new Uint8Array(headerBytes + 4 * floats);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, version[0], true);
  view.setInt32(4, version[1], true);
  for (let i = 0; i < floats; i++) {
    view.setFloat32(headerBytes + 4 * i, i + 1, true);
  }
  return bytes;
}

const folder = mkdtempSync(join(tmpdir(), 'deepthings-weights-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('parseWeightsHeader', () => {
  it.each([
    [0, 1, 16],
    [0, 2, 20],
    [0, 5, 20],
    [1, 0, 20],
    [1000, 0, 16],
    [0, 1000, 16],
  ])('version %i.%i has %i bytes', (major, minor, byteLength) => {
    const bytes = new Uint8Array(20);
    new DataView(bytes.buffer).setInt32(0, major, true);
    new DataView(bytes.buffer).setInt32(4, minor, true);
    expect(parseWeightsHeader(bytes)).toEqual({ major, minor, byteLength });
  });
});

describe('parseDarknetWeights', () => {
  it.each([
    [0, 1],
    [0, 2],
  ] as const)('reads each layer’s numbers in Darknet’s order (version %i.%i)', (...version) => {
    const weights = parseDarknetWeights(weightsFile({ version }), network);
    const factor = 3 / Math.sqrt(7);
    expect([...weights.keys()]).toEqual([0, 2]);
    expect(weights.get(0)!.bias[0]).toBeCloseTo(1 - 5 * factor, 4);
    expect(weights.get(0)!.weights[0]).toBeCloseTo(9 * factor, 4);
    expect([...weights.get(2)!.bias]).toEqual([63, 64, 65, 66]);
    expect([...weights.get(2)!.weights]).toEqual([67, 68, 69, 70]);
  });

  it('reads bytes that do not start at a multiple of four', () => {
    const shifted = new Uint8Array([0, ...weightsFile()]).subarray(1);
    expect(parseDarknetWeights(shifted, network)).toEqual(parseDarknetWeights(weightsFile(), network));
  });

  it('leaves the file’s bytes as they are', () => {
    const bytes = weightsFile();
    parseDarknetWeights(bytes, network);
    expect(bytes).toEqual(weightsFile());
  });

  it('reads only the layers that are wanted', () => {
    expect([...parseDarknetWeights(weightsFile(), network, { start: 1, end: 3 }).keys()]).toEqual([2]);
  });

  it.each([
    [FLOATS - 2, /needs 300 bytes of weights, the file has 292: it is partial \(97.3 %\) and ends within layer 2/],
    [20, /the file has 100: it is partial \(33.3 %\) and ends within layer 0/],
    [62, /ends right after layer 0 \[convolutional\], as weights do that a training begins with/],
    [FLOATS + 2, /needs 300 bytes of weights, the file has 308.*8 bytes too many/],
  ])('refuses a file of %i numbers', (floats, message) => {
    expect(() => parseDarknetWeights(weightsFile({ floats }), network)).toThrow(
      expect.objectContaining({ code: 'DT_WEIGHTS_LENGTH', message: expect.stringMatching(message) }),
    );
  });

  it.each([
    [[0, 2], 16, /version 0.2, which has a header of 20 bytes, and its length fits one of 16/],
    [[0, 1], 20, /version 0.1, which has a header of 16 bytes, and its length fits one of 20/],
  ] as const)('takes a file of version %j with a header of %i bytes, and says so', (version, headerBytes, remark) => {
    const right = weightsFile({ version: headerBytes === 16 ? [0, 1] : [0, 2] });
    const mixed = right.slice();
    new DataView(mixed.buffer).setInt32(4, version[1], true);
    const remarks: string[] = [];
    const header = checkWeightsFile(network, mixed, mixed.byteLength, (said) => remarks.push(said));
    expect(header.byteLength).toBe(headerBytes);
    expect(remarks).toEqual([expect.stringMatching(remark)]);
    expect(parseDarknetWeights(mixed, network)).toEqual(parseDarknetWeights(right, network));
    checkWeightsFile(network, right, right.byteLength, (said) => remarks.push(said));
    expect(remarks).toHaveLength(1);
  });

  it('names what else the file is, and what to do', () => {
    const zip = new Uint8Array(400);
    zip.set(Buffer.from('PK\x03\x04'));
    for (const [bytes, message] of [
      [
        Buffer.from('<!DOCTYPE html><html>'),
        /is a web page, and Darknet weights are expected: .*download the file itself/,
      ],
      [zip, /is a zip archive/],
      [Buffer.from('plain text, long enough for a header'), /does not begin with the version of Darknet/],
    ] as const) {
      expect(() => parseDarknetWeights(bytes, network)).toThrow(
        expect.objectContaining({ code: 'DT_WEIGHTS_FORMAT', message: expect.stringMatching(message) }),
      );
    }
  });

  it('refuses a file without header', () => {
    expect(() => parseDarknetWeights(new Uint8Array(15), network)).toThrow(
      expect.objectContaining({ code: 'DT_WEIGHTS_LENGTH' }),
    );
  });
});

describe('foldWeights', () => {
  it('equals convolving, normalising, scaling and adding one after the other', () => {
    const layer = network.layers[0] as ConvolutionalLayer;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = seededRandom(seed);
        const numbers = Float32Array.from({ length: 8 + 54 }, () => random() - 0.5);
        numbers.subarray(6, 8).forEach((value, i, variances) => {
          variances[i] = Math.abs(value);
        });
        const input = Float32Array.from({ length: 3 * 36 }, () => random());
        const folded = convolve(layer, foldWeights(layer, new Uint8Array(numbers.buffer)), input);

        const plain = convolve(
          { ...layer, activation: 'linear' },
          { weights: numbers.slice(8), bias: new Float32Array(2) },
          input,
        );
        const expected = plain.map((value, i) => {
          const filter = Math.floor(i / 36);
          const [bias, scale, mean, variance] = [0, 2, 4, 6].map((part) => numbers[part + filter]!);
          const y = (scale! * (value - mean!)) / (Math.sqrt(variance!) + 1e-6) + bias!;
          return y > 0 ? y : 0.1 * y;
        });
        expect(relativeDifference(folded, expected)).toBeLessThanOrEqual(TOLERANCE.f32);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a binary kernel', () => {
  it('has the mean of its filter’s magnitudes before it is normalised', () => {
    const [layer] = networkOf({ channels: 1, height: 2, width: 2 }, [
      convolution({ filters: 2, size: 2, padding: 0, batchNormalize: true, isXnor: true }),
    ]).layers as [ConvolutionalLayer];
    // Biases, scales, means, variances, two filters.
    const numbers = Float32Array.of(1, 2, 3, -2, 0.5, 1, 4, 0.25, 1, -2, 3, 0, -0.5, -0.5, 0.5, 0.5);
    const { bias, weights } = foldWeights(layer, new Uint8Array(numbers.buffer));
    const factors = [3 / 2, -2 / 0.5];
    const wanted = [1.5, -1.5, 1.5, -1.5].map((weight) => weight * factors[0]!);
    wanted.push(...[-0.5, -0.5, 0.5, 0.5].map((weight) => weight * factors[1]!));
    for (const [i, weight] of weights.entries()) expect(weight).toBeCloseTo(wanted[i]!, 4);
    expect(bias[0]).toBeCloseTo(1 - 0.5 * factors[0]!, 4);
    expect(bias[1]).toBeCloseTo(2 - 1 * factors[1]!, 4);
  });
});

describe('a batchnorm layer', () => {
  it('has scales, means and variances', () => {
    const one = networkOf({ channels: 2, height: 1, width: 1 }, [{ kind: 'batchnorm' }]);
    const { bias, weights } = parseDarknetWeights(weightsFile({ floats: 6 }), one).get(0)!;
    // Scales 1 and 2, means 3 and 4, variances 5 and 6.
    for (const channel of [0, 1]) {
      const factor = (1 + channel) / Math.sqrt(5 + channel);
      expect(weights[channel]).toBeCloseTo(factor, 4);
      expect(bias[channel]).toBeCloseTo(-(3 + channel) * factor, 4);
    }
  });
});

describe('a connected layer', () => {
  const connected = networkOf({ channels: 2, height: 1, width: 3 }, [
    { kind: 'connected', outputs: 2, batchNormalize: true, activation: 'linear' },
    { kind: 'connected', outputs: 1, batchNormalize: false, activation: 'linear' },
  ]);

  it('has its kernel right behind the biases, and what normalises it last', () => {
    const weights = parseDarknetWeights(weightsFile({ floats: 2 + 12 + 6 + 1 + 2 }), connected);
    // Biases 1 and 2, kernel 3 to 14, scales 15 and 16, means 17 and 18, variances 19 and 20.
    const [first, second] = [15 / Math.sqrt(19), 16 / Math.sqrt(20)];
    expect(weights.get(0)!.bias[0]).toBeCloseTo(1 - 17 * first, 3);
    expect(weights.get(0)!.bias[1]).toBeCloseTo(2 - 18 * second, 3);
    expect(weights.get(0)!.weights[0]).toBeCloseTo(3 * first, 3);
    expect(weights.get(0)!.weights[6]).toBeCloseTo(9 * second, 3);
    expect([...weights.get(1)!.bias, ...weights.get(1)!.weights]).toEqual([21, 22, 23]);
  });

  it('is not read where it lies transposed', () => {
    const bytes = weightsFile({ version: [0, 1001], floats: 2 + 12 + 6 + 1 + 2 });
    expect(() => parseDarknetWeights(bytes.subarray(0, 16 + 4 * 23), connected)).toThrow(
      expect.objectContaining({ code: 'DT_WEIGHTS_FORMAT', message: expect.stringMatching(/layer 0.*transposed/) }),
    );
  });
});

describe('loadDarknetWeights', () => {
  const path = join(folder, 'small.weights');
  writeFileSync(path, weightsFile());

  it('reads from the file what parsing its bytes gives, and one digest for any layers', async () => {
    const all = await loadDarknetWeights(path, network);
    const one = await loadDarknetWeights(path, network, { start: 0, end: 1 });
    expect(all.weights).toEqual(parseDarknetWeights(weightsFile(), network));
    expect([...one.weights.keys()]).toEqual([0]);
    expect(one.digest).toBe(all.digest);
  });

  it('tells files apart', async () => {
    const other = join(folder, 'other.weights');
    const bytes = weightsFile();
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(other, bytes);
    const digests = [await loadDarknetWeights(path, network), await loadDarknetWeights(other, network)];
    expect(digests[0]!.digest).not.toBe(digests[1]!.digest);
  });

  it('refuses files that are short or not there', async () => {
    const short = join(folder, 'short.weights');
    writeFileSync(short, weightsFile().subarray(0, weightsFileBytes(network, 20) - 8));
    await expect(loadDarknetWeights(short, network)).rejects.toMatchObject({ code: 'DT_WEIGHTS_LENGTH' });
    writeFileSync(short, '');
    await expect(loadDarknetWeights(short, network)).rejects.toMatchObject({ code: 'DT_WEIGHTS_LENGTH' });
    await expect(loadDarknetWeights(join(folder, 'none'), network)).rejects.toMatchObject({ code: 'DT_MODEL_FILE' });
    await expect(loadDarknetWeights(folder, network)).rejects.toMatchObject({ code: expect.stringMatching(/^DT_/) });
  });
});
