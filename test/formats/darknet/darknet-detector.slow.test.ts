import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeSyntheticWeights } from '../../../server/cli/model/weights-writing.js';
import { createEngine } from '../../../server/engine/engines.js';
import type { DarknetNetwork } from '../../../server/formats/darknet/darknet-network.js';
import { isHead } from '../../../server/formats/darknet/layers.js';
import { weightsSpans } from '../../../server/formats/darknet/weights/darknet-weights.js';
import { detectObjects } from '../../../server/heads/decode/decode-head.js';
import type { DetectorFamily } from '../../../server/heads/head-family.js';
import { placePicture } from '../../../server/heads/placement.js';
import { loadModel } from '../../../server/model/model-source.js';
import { seededRandom } from '../../../server/model/seeded-random.js';
import { normaliseBytes } from '../../../server/tensor/normalise.js';
import { hasProgram } from '../../support/programs.js';

/** Debian's package. */
const DARKNET = '/usr/bin/darknet';
const [WIDTH, HEIGHT] = [96, 64];
const NAMES = ['a', 'b', 'c'];
/** As Darknet's `detector valid` has them. */
const LIMITS = { threshold: 0.005, nms: 0.45 };

const conv = (filters: number, size: number, stride = 1) =>
  `[convolutional]\nbatch_normalize=1\nfilters=${filters}\nsize=${size}\nstride=${stride}\npad=1\nactivation=leaky\n`;
const head = (mask: string) =>
  '[convolutional]\nfilters=16\nsize=1\nactivation=linear\n' +
  `[yolo]\nmask=${mask}\nanchors=9,12, 20,30, 35,25, 60,50\nclasses=3\nnum=4\nignore_thresh=.7\n`;

const NET = `[net]\nwidth=${WIDTH}\nheight=${HEIGHT}\nchannels=3\n`;
const HALVE = '[maxpool]\nsize=2\nstride=2\n';

/** What YOLOv3 is made of: residual blocks, an enlarged map joined with a finer one, two heads. */
const YOLOV3 =
  `${NET}${conv(8, 3)}${conv(16, 3, 2)}${conv(8, 1)}${conv(16, 3)}` +
  `[shortcut]\nfrom=-3\nactivation=linear\n[maxpool]\nsize=2\nstride=2\n${conv(32, 3)}[maxpool]\nsize=2\nstride=2\n` +
  `${conv(32, 3)}${conv(64, 3, 2)}${conv(32, 1)}${head('2,3')}[route]\nlayers=-3\n${conv(16, 1)}[upsample]\nstride=2\n` +
  `[route]\nlayers=-1,8\n${conv(32, 3)}${head('0,1')}`;

/** What the first YOLO is made of: convolutions, a layer of kernels for each cell, connected layers, scores for each cell. */
const FIRST_YOLO =
  `${NET}${conv(8, 7, 2)}${HALVE}${conv(16, 3)}${HALVE}${conv(16, 3, 2)}` +
  '[local]\nsize=3\nstride=1\npad=1\nfilters=8\nactivation=leaky\n[dropout]\nprobability=.5\n' +
  '[connected]\noutput=117\nactivation=linear\n' +
  '[detection]\nclasses=3\ncoords=4\nrescore=1\nside=3\nnum=2\nsoftmax=0\nsqrt=1\njitter=.2\n';

/** What XNOR-Net is made of: signs of maps and kernels, but for the first and the last convolution. */
const XNOR =
  `${NET}${conv(8, 3)}${HALVE}${conv(32, 3).replace('size', 'xnor=1\nsize')}${HALVE}` +
  `${conv(40, 3, 2).replace('size', 'xnor=1\nsize')}${conv(32, 1)}${head('0,1')}`;

describe.skipIf(!hasProgram(DARKNET))('the program darknet itself (needs Debian’s package darknet)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deepthings-darknet-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string) => join(folder, name);

  it.each([
    ['the heads of YOLOv3', YOLOV3, 12],
    ['the head of the first YOLO', FIRST_YOLO, 1],
    ['binary convolutions', XNOR, 12],
  ])('finds the same objects with %s', { timeout: 60_000 }, async (_name, cfg, gain) => {
    writeFileSync(file('a.cfg'), cfg);
    writeFileSync(file('a.names'), NAMES.join('\n'));
    mkdirSync(file('results'), { recursive: true });
    const pictures = [1, 2, 3, 4].map((seed) => ({ name: `picture${seed}`, rgb: randomPicture(seed) }));
    for (const { name, rgb } of pictures) writeFileSync(file(`${name}.bmp`), bitmapOf(rgb));
    writeFileSync(file('list'), pictures.map(({ name }) => file(`${name}.bmp`)).join('\n'));
    writeFileSync(
      file('a.data'),
      `classes = 3\nvalid = ${file('list')}\nnames = ${file('a.names')}\nresults = ${file('results')}\n`,
    );
    const { network } = await loadModel({ cfg: file('a.cfg'), weights: 'synthetic' });
    await writeSyntheticWeights(file('a.weights'), network, 5, () => {});
    sharpenHeads(file('a.weights'), network, gain);

    execFileSync(DARKNET, ['detector', 'valid', file('a.data'), file('a.cfg'), file('a.weights')], { stdio: 'ignore' });
    const wanted = NAMES.flatMap((label) => readResults(file(`results/comp4_det_test_${label}.txt`), label));
    const found = await ownResults(
      { cfg: file('a.cfg'), weights: file('a.weights'), labels: file('a.names') },
      pictures,
    );
    expect(wanted.length).toBeGreaterThan(100);
    expect(found).toHaveLength(wanted.length);
    const left = new Set(found);
    const missing = wanted.filter((one) => {
      const own = [...left].find((other) => isSame(one, other));
      if (own !== undefined) left.delete(own);
      return own === undefined;
    });
    expect({ missing, extra: [...left] }).toEqual({ missing: [], extra: [] });
  });
});

interface Result {
  readonly picture: string;
  readonly label: string;
  readonly score: number;
  /** Left, top, right, bottom in pixels from 1, clipped to the picture. */
  readonly edges: readonly number[];
}

/** Darknet prints millionths. */
function isSame(a: Result, b: Result): boolean {
  const edges = a.edges.map((edge, side) => edge - b.edges[side]!);
  const isNear = Math.abs(a.score - b.score) < 1e-5 && edges.every((difference) => Math.abs(difference) < 1e-3);
  return isNear && a.picture === b.picture && a.label === b.label;
}

function readResults(path: string, label: string): readonly Result[] {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [picture, score, ...edges] = line.split(' ');
    return { picture: picture!, label, score: Number(score), edges: edges.map(Number) };
  });
}

async function ownResults(
  spec: { readonly cfg: string; readonly weights: string; readonly labels: string },
  pictures: readonly { readonly name: string; readonly rgb: Uint8Array }[],
): Promise<readonly Result[]> {
  const { constants, network } = await loadModel(spec);
  const { graph, input, labels, preprocessing } = network;
  const engine = await createEngine('onnxruntime');
  const loaded = await engine.loadGraph({ ...graph, constants: new Map([...graph.constants, ...constants]) });
  const placement = placePicture(WIDTH, HEIGHT, input, preprocessing.anchor);
  const results: Result[] = [];
  for (const { name: picture, rgb } of pictures) {
    const data = normaliseBytes(rgb, input, preprocessing);
    const outputs = await loaded.run(new Map([['map 0', { shape: [1, 3, HEIGHT, WIDTH], data }]]));
    for (const { box, label, score } of detectObjects(
      outputs,
      { family: network.head as DetectorFamily, labels },
      placement,
      LIMITS,
    )) {
      const edge = (centre: number, size: number, side: -1 | 1, extent: number) =>
        Math.min(extent, (centre + (side * size) / 2) * extent + 1);
      const edges = [
        Math.max(1, (box.cx - box.width / 2) * WIDTH + 1),
        Math.max(1, (box.cy - box.height / 2) * HEIGHT + 1),
        edge(box.cx, box.width, 1, WIDTH),
        edge(box.cy, box.height, 1, HEIGHT),
      ];
      results.push({ picture, label, score, edges });
    }
  }
  await loaded.release();
  return results;
}

/** Planes of R, G and B with blobs of colour: pictures that the network tells apart. */
function randomPicture(seed: number): Uint8Array {
  const random = seededRandom(seed);
  const waves = Array.from({ length: 3 }, () => [random() * 0.2, random() * 0.2, 6 * random()] as const);
  return Uint8Array.from({ length: 3 * WIDTH * HEIGHT }, (_, i) => {
    const [plane, cell] = [Math.floor(i / (WIDTH * HEIGHT)), i % (WIDTH * HEIGHT)];
    const [across, down, phase] = waves[plane]!;
    return Math.round(127.5 + 127.5 * Math.sin(across * (cell % WIDTH) + down * Math.floor(cell / WIDTH) + phase));
  });
}

/** A BMP of 24 bits, from the lowest row up, in the order blue, green, red. */
function bitmapOf(rgb: Uint8Array): Uint8Array {
  const header = Buffer.alloc(54);
  header.write('BM');
  header.writeUInt32LE(54 + rgb.length, 2);
  header.writeUInt32LE(54, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(WIDTH, 18);
  header.writeInt32LE(HEIGHT, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(24, 28);
  const pixels = Buffer.alloc(rgb.length);
  for (let cell = 0; cell < WIDTH * HEIGHT; cell++) {
    const row = HEIGHT - 1 - Math.floor(cell / WIDTH);
    for (let plane = 0; plane < 3; plane++) {
      pixels[3 * (row * WIDTH + (cell % WIDTH)) + 2 - plane] = rgb[plane * WIDTH * HEIGHT + cell]!;
    }
  }
  return Buffer.concat([header, pixels]);
}

/** Makes what the heads decode vary more than synthetic weights let it. */
function sharpenHeads(path: string, network: DarknetNetwork, gain: number): void {
  const bytes = readFileSync(path);
  for (const { byteLength, byteOffset, layer } of weightsSpans(network, 20)) {
    const next = network.layers[layer + 1];
    if (next === undefined || !isHead(next)) continue;
    for (let at = byteOffset; at < byteOffset + byteLength; at += 4)
      bytes.writeFloatLE(gain * bytes.readFloatLE(at), at);
  }
  writeFileSync(path, bytes);
}
