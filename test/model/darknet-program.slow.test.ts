import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeSyntheticWeights } from '../../server/cli/model/weights-writing.js';
import { createEngine } from '../../server/engine/engines.js';
import { letterboxPicture } from '../../server/imaging/letterbox.js';
import { samplePhotoPath } from '../../server/imaging/sample-photos.js';
import { describeModel, loadModel } from '../../server/model/model-source.js';
import { normaliseBytes } from '../../server/tensor/normalise.js';
import { darknet19Cfg } from '../support/darknet19.js';
import { classesIn } from '../support/head-outputs.js';
import { loadLayers } from '../support/load-layers.js';
import { hasProgram } from '../support/programs.js';

/** Debian's package. */
const DARKNET = '/usr/bin/darknet';
/** Darknet prints hundredths of a per cent; its decoder of JPEGs differs from ours by a level here and there. */
const PERCENT_TOLERANCE = 0.5;

const CLASSES = 1000;

const VGG_LIKE = `[net]
batch=1
width=96
height=96
channels=3
[convolutional]
filters=16
size=3
stride=1
pad=1
activation=relu
[maxpool]
size=2
stride=2
[convolutional]
batch_normalize=1
filters=16
size=3
stride=1
pad=1
activation=logistic
[maxpool]
size=2
stride=1
[connected]
output=40
batch_normalize=1
activation=relu
[dropout]
probability=.5
[connected]
output=1000
activation=linear
[softmax]
groups=1
`;

/** Ten classes at the top, with 99 kinds of each. */
const TREE = Array.from({ length: CLASSES }, (_, i) => `kind${i} ${i < 10 ? -1 : Math.floor((i - 10) / 99)}`);

describe.skipIf(!hasProgram(DARKNET))('the program darknet itself (needs Debian’s package darknet)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deepthings-darknet-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string) => join(folder, name);

  it.each([
    ['Darknet-19', darknet19Cfg({ size: 128 }), { inputs: 1024, gain: 15 }],
    ['a VGG of a few layers', VGG_LIKE, { inputs: 40, gain: 6 }],
    ['classes of a hierarchy', `${VGG_LIKE}tree=classes.tree\n`, { inputs: 40, gain: 6 }],
  ])('takes a picture for the same five classes as %s', { timeout: 120_000 }, async (_name, cfg, last) => {
    writeFileSync(file('a.cfg'), cfg);
    writeFileSync(file('classes.tree'), `${TREE.join('\n')}\n`);
    writeFileSync(file('a.names'), Array.from({ length: CLASSES }, (_, i) => `kind ${i}`).join('\n'));
    writeFileSync(file('a.data'), `names = ${file('a.names')}\ntop = 5\n`);
    const network = describeModel({ cfg: file('a.cfg'), labels: file('a.names') });
    await writeSyntheticWeights(file('a.weights'), network, 5, () => {});
    sharpenLastLayer(file('a.weights'), last);
    const photo = samplePhotoPath('sample1.jpg');

    const args = ['classifier', 'predict', file('a.data'), file('a.cfg'), file('a.weights'), photo];
    const printed = execFileSync(DARKNET, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const wanted = [...printed.matchAll(/^ *(\d+\.\d+)%: (.*)$/gm)].map(([, percent, label]) => ({
      label: label!,
      percent: Number(percent),
    }));
    expect(wanted).toHaveLength(5);

    const { weights } = await loadModel({ cfg: file('a.cfg'), weights: file('a.weights') });
    const head = network.layers.findIndex(({ kind }) => kind === 'softmax');
    const engine = await createEngine('onnxruntime');
    const layers = network.layers.slice(0, head);
    const graph = await loadLayers(engine, { name: 'whole', firstLayer: 0, layers, weights, padding: 'layers' });
    const { data } = await letterboxPicture(readFileSync(photo), network);
    const input = normaliseBytes(data, network.input, network.preprocessing);
    const output = await graph.run({ data: input, shape: network.input });
    await graph.release();
    const found = classesIn(output.data, network);
    expect(found.map(({ label }) => label)).toEqual(wanted.map(({ label }) => label));
    for (const [i, { score }] of found.entries()) {
      expect(Math.abs(100 * score - wanted[i]!.percent)).toBeLessThan(PERCENT_TOLERANCE);
    }
  });
});

/** Multiplies the kernel of the last layer, so that classes differ in more than the digits that Darknet prints. */
function sharpenLastLayer(path: string, { inputs, gain }: { readonly inputs: number; readonly gain: number }): void {
  const bytes = readFileSync(path);
  const numbers = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  numbers.subarray(numbers.length - CLASSES * inputs).forEach((value, i, kernel) => {
    kernel[i] = value * gain;
  });
  writeFileSync(path, new Uint8Array(numbers.buffer));
}
