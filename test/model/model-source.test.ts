import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { elementCount } from '../../server/graph/graph.js';
import { describeModel, loadModel, type ModelSpec } from '../../server/model/model-source.js';

const folder = mkdtempSync(join(tmpdir(), 'deepthings-model-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const CFG = '[net]\nwidth=8\nheight=8\nchannels=3\n[conv]\nfilters=7\n[region]\nclasses=2\nanchors=1,1\n';
const cfg = file('tiny.cfg', CFG);
const weights = file('tiny.weights', new Uint8Array(16 + 4 * (7 + 7 * 3)).fill(0));

describe('describeModel', () => {
  it('is the face detector when nothing is said', () => {
    expect(describeModel({})).toMatchObject({ name: 'face-detector', input: { width: 416 }, labels: ['face'] });
  });

  it('reads a cfg, which names the model, with labels and size', () => {
    const labels = file('names', 'cat\r\nhot dog\n\n');
    const network = describeModel({ cfg, labels, width: 16 });
    expect(network).toMatchObject({ name: 'tiny', input: { width: 16, height: 8 }, labels: ['cat', 'hot dog'] });
  });

  it('gives a built-in model other labels', () => {
    expect(describeModel({ labels: file('one', 'Gesicht\n') }).labels).toEqual(['Gesicht']);
  });

  it.each<[string, ModelSpec, string, RegExp]>([
    ['both sources', { name: 'yolov2', cfg }, 'DT_MODEL_SPEC', /leave one out/],
    ['an unknown name', { name: 'yolo' }, 'DT_MODEL_NAME', /face-detector, yolov2/],
    ['a cfg that is not there', { cfg: join(folder, 'none.cfg') }, 'DT_MODEL_FILE', /none\.cfg/],
    ['labels that are not there', { labels: join(folder, 'none') }, 'DT_MODEL_FILE', /labels file/],
    ['a wrong count of labels', { cfg, labels: file('three', 'a\nb\nc') }, 'DT_LABELS_COUNT', /2 classes apart and 3/],
    [
      'a mistake in a cfg, with its path',
      { cfg: file('bad.cfg', `${CFG}[batchnorm]`) },
      'DT_CFG_LAYER',
      /bad\.cfg: layer 2/,
    ],
    ['an odd size', { width: 17 }, 'DT_MODEL_INPUT_SIZE', /must be multiples of 32.*width 17 .*32 or 64/],
    ['a blank line in labels', { cfg, labels: file('gap', 'a\n\nb') }, 'DT_LABELS_LINE', /gap: line 2 is blank/],
    [
      'a comment in labels',
      { cfg, labels: file('note', '# x\na\nb') },
      'DT_LABELS_COUNT',
      /line 1 is .* comment: remove/,
    ],
    ['weights as a cfg', { cfg: weights }, 'DT_MODEL_FILE', /tiny.weights: it has bytes that no text has/],
    ['a web page as labels', { cfg, labels: file('page', '<html>') }, 'DT_MODEL_FILE', /page: it is a web page/],
  ])('refuses %s', (_, spec, code, message) => {
    expect(() => describeModel(spec)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

describe('loadModel', () => {
  it('loads a cfg with its weights file, and with one digest under any path', async () => {
    const model = await loadModel({ cfg, weights });
    const copy = await loadModel({
      cfg: file('copy.cfg', `# same\n${CFG}`),
      weights: `file:${file('copy', new Uint8Array(128))}`,
    });
    expect([...model.weights.keys()]).toEqual([0]);
    expect(model.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(copy.digest).toBe(model.digest);
  });

  it('has another digest for other layers, sizes and weights', async () => {
    const specs: readonly ModelSpec[] = [
      { cfg, weights },
      { cfg, weights: 'synthetic' },
      { cfg, weights: 'synthetic:2' },
      { cfg, weights, width: 16 },
      { cfg: file('softmax.cfg', `${CFG}softmax=1\n`), weights },
      {},
    ];
    const digests = await Promise.all(specs.map(async (spec) => (await loadModel(spec)).digest));
    expect(new Set(digests).size).toBe(specs.length);
  });

  it('keeps the digests that released versions have', async () => {
    expect((await loadModel({})).digest).toMatchInlineSnapshot(
      `"405a0b7072b672c40d74a89b07a373a7177d0a982e4e71dcbfef0ea7104d706f"`,
    );
    expect((await loadModel({ cfg, weights: 'synthetic:2' })).digest).toMatchInlineSnapshot(
      `"38c063cd9556da9e5a174bb8e00b15aa318bb708521cd4bd3c340cb8274d4e68"`,
    );
  });

  it.each([
    ['face-detector', '3391e80d584e0571a7c8945b164e1c0a63c8dbc9c73bfa0d67182c5c5c577620'],
    ['yolov2', 'd2821afc1f7bca9dfdd52cbd2412d58c6336a0beb8f40fd292913f10c9245a2f'],
    ['yolov2-tiny', 'd393ee1a19850ed478a4f4c58204951cf118cce479136b7f73d6b5ca518f5207'],
    ['yolov2-voc', '5775f13121ed279b5d4bba1477fa74b451142587445ce0d340b65023eb910b20'],
    ['yolov2-tiny-voc', '73500e0d13d916e734ced36e98163304366b5a4b58f23adf56d7251c03662ea7'],
  ])('keeps the digest of %s', async (name, digest) => {
    expect((await loadModel({ name, weights: 'synthetic' }, new Set<string>())).digest).toBe(digest);
  });

  it('loads only the constants that are asked for by name', async () => {
    const all = await loadModel({});
    const some = await loadModel({}, new Set(['weights 2', 'bias 5', 'reorg 2 shape']));
    expect([...some.constants.keys()]).toEqual(['weights 2', 'bias 2', 'weights 5', 'bias 5']);
    expect(some.constants.get('weights 2')).toEqual(all.constants.get('weights 2'));
    expect(some.digest).toBe(all.digest);
    for (const [name, { bytes, shape }] of all.constants) {
      expect({ name, values: bytes.byteLength / 4 }).toEqual({ name, values: elementCount(shape) });
    }
  });

  it('loads only the wanted layers, with the same digest', async () => {
    const some = await loadModel({}, { start: 0, end: 3 });
    expect([...some.weights.keys()]).toEqual([0, 2]);
    expect(some.digest).toBe((await loadModel({})).digest);
  });

  it('takes synthetic with seed 1 when none is given', async () => {
    const [one, same] = await Promise.all(
      ['synthetic', 'synthetic:1'].map((seed) => loadModel({ cfg, weights: seed })),
    );
    expect(one!.weights).toEqual(same!.weights);
  });

  it.each<[string, ModelSpec, string, RegExp]>([
    [
      'yolov2 without weights',
      { name: 'yolov2' },
      'DT_MODEL_WEIGHTS',
      /`weights:` the path.*deepthings model pull yolov2.*synthetic/,
    ],
    ['a cfg without weights', { cfg }, 'DT_MODEL_WEIGHTS', /model tiny needs weights/],
    ['a seed that is no number', { cfg, weights: 'synthetic:x' }, 'DT_MODEL_WEIGHTS', /seed/],
    ['an empty seed', { cfg, weights: 'synthetic:' }, 'DT_MODEL_WEIGHTS', /seed/],
    ['a seed of 33 bits', { cfg, weights: 'synthetic:4294967296' }, 'DT_MODEL_WEIGHTS', /seed/],
    ['weights of another model', { name: 'yolov2', weights }, 'DT_WEIGHTS_LENGTH', /203934260 bytes.*has 128/],
    ['weights that are not there', { cfg, weights: join(folder, 'none') }, 'DT_MODEL_FILE', /none/],
  ])('refuses %s', async (_, spec, code, message) => {
    await expect(loadModel(spec)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
