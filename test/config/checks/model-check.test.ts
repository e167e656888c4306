import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problemLines, resolveText } from '../problem-lines.js';

const CFG = `[net]
width=32
height=32
channels=3

[convolutional]
filters=4
size=3
stride=1
pad=1
activation=leaky

[maxpool]
size=2
stride=2

[convolutional]
filters=5
size=1
activation=linear

[region]
classes=0
num=1
anchors=1,1
`;
/** Header, then biases and kernels of the two convolutions. */
const WEIGHTS_BYTES = 20 + 4 * (4 + 4 * 3 * 9) + 4 * (5 + 5 * 4);

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deepthings-config-'));
  const header = new Uint8Array(new Int32Array([0, 2, 0, 0, 0]).buffer);
  await writeFile(join(folder, 'tiny.cfg'), CFG);
  for (const [name, bytes] of Object.entries({ right: WEIGHTS_BYTES, short: WEIGHTS_BYTES - 8, long: 9999 })) {
    await writeFile(join(folder, `${name}.weights`), header);
    await truncate(join(folder, `${name}.weights`), bytes);
  }
  await writeFile(join(folder, 'broken.cfg'), CFG.replace('[maxpool]', '[lstm]'));
  await writeFile(
    join(folder, 'reorg.cfg'),
    '[net]\nwidth=32\nheight=32\nchannels=3\n[reorg]\nstride=1\n[conv]\nfilters=5\n[region]\nclasses=0\n',
  );
  await writeFile(join(folder, 'face.names'), 'face\n');
  await writeFile(join(folder, 'three.names'), 'a\nb\nc\n');
  await writeFile(join(folder, 'huge.cfg'), '');
  await truncate(join(folder, 'huge.cfg'), 2 ** 21);
});

afterAll(() => rm(folder, { recursive: true }));

const document = (model: string, more = '') =>
  `gateway: { address: http://a }\ndevices: [{ id: e0, address: http://b }]\nmodel:\n  ${model.split('\n').join('\n  ')}\n${more}`;
const problems = (model: string, more?: string) => problemLines(document(model, more), { baseDirectory: folder });
const at = (line: string) => `cluster.yaml:${line}`;

describe('a model of your own', () => {
  test('paths start from the folder of the file and come out absolute', async () => {
    const model = 'cfg: tiny.cfg\nweights: ./right.weights\nlabels: face.names';
    const config = await resolveText(document(model, 'partition: { fusedDepth: 2 }'), { baseDirectory: folder });
    expect(config.model).toEqual({
      cfg: join(folder, 'tiny.cfg'),
      weights: join(folder, 'right.weights'),
      labels: join(folder, 'face.names'),
      threshold: 0.5,
      nms: 0.45,
    });
  });

  test('a path may be written as file:', async () => {
    const model = `cfg: file:tiny.cfg\nweights: file://${folder}/right.weights`;
    const config = await resolveText(document(model), { baseDirectory: folder });
    expect(config.model.weights).toBe(join(folder, 'right.weights'));
  });

  test('by default the depth is chosen by what it costs', async () => {
    const config = await resolveText(document('cfg: tiny.cfg\nweights: synthetic:7'), { baseDirectory: folder });
    expect(config.partition).toEqual({ grid: { rows: 3, columns: 3 }, fusedDepth: 'auto' });
    expect(config.model.weights).toBe('synthetic:7');
  });

  test('files that are missing are all named', async () => {
    expect(await problems('cfg: no.cfg\nweights: no.weights\nlabels: .')).toEqual([
      at(`4:8 model.cfg: there is no file ${folder}/no.cfg (fix the path; it is taken from the folder of this file)`),
      at(
        `5:12 model.weights: there is no file ${folder}/no.weights (fix the path; it is taken from the folder of this file)`,
      ),
      at(`6:11 model.labels: ${folder} is not a file (fix the path; it is taken from the folder of this file)`),
    ]);
  });

  test('a cfg of absurd size is not read', async () => {
    expect((await problems('cfg: huge.cfg\nweights: synthetic'))[0]).toContain(
      'has 2097152 bytes, more than the 1048576',
    );
  });

  test('a cfg with an unknown layer: which, and where', async () => {
    const [line, ...others] = await problems('cfg: broken.cfg\nweights: synthetic');
    expect(others).toEqual([]);
    expect(line).toMatch(
      /^cluster.yaml:4:8 model.cfg: .*broken.cfg: layer 1 \[lstm\], line 13: .* \(correct the cfg\)$/,
    );
  });

  test('weights that do not fit the cfg: layer and both sizes', async () => {
    const [short, ...others] = await problems('cfg: tiny.cfg\nweights: short.weights');
    expect(others).toEqual([]);
    expect(short).toMatch(/^cluster.yaml:5:12 model.weights: .*\(give weights and cfg of one and the same model\)$/);
    expect(short).toContain(`needs ${WEIGHTS_BYTES} bytes of weights, the file has ${WEIGHTS_BYTES - 8}`);
    expect(short).toContain('layer 2 [convolutional]');
    const [long] = await problems('cfg: tiny.cfg\nweights: long.weights');
    expect(long).toContain(`needs ${WEIGHTS_BYTES} bytes of weights, the file has 9999`);
    const [text] = await problems('cfg: tiny.cfg\nweights: face.names');
    expect(text).toContain('the weights file has 5 bytes, which is less than its header');
  });

  test('labels of another model', async () => {
    const [line, ...others] = await problems('cfg: tiny.cfg\nweights: synthetic\nlabels: three.names');
    expect(others).toEqual([]);
    expect(line).toMatch(/^cluster.yaml:6:11 model.labels: .*1 classes.*3 labels.* \(correct the file of labels\)$/);
  });

  test('a cfg without a head: no cluster can make a result of it', async () => {
    await writeFile(join(folder, 'headless.cfg'), CFG.slice(0, CFG.indexOf('[region]')));
    expect(await problems('cfg: headless.cfg\nweights: synthetic')).toEqual([
      at(
        '4:8 model.cfg: model headless has no head: a result needs [detection], [region] or [yolo] layers (a detector) or a ' +
          '[softmax] layer (a classifier) at its end (end the cfg with the layer that is missing)',
      ),
    ]);
  });

  test('what can be used but should be known comes as remarks, once', async () => {
    await writeFile(join(folder, 'twice.cfg'), CFG.replace('width=32', 'width=32\nwidth=64'));
    const narrow = new Uint8Array(WEIGHTS_BYTES - 4);
    narrow[4] = 2;
    await writeFile(join(folder, 'narrow.weights'), narrow);
    await writeFile(join(folder, 'comment.names'), '# faces\n');
    const model = 'cfg: twice.cfg\nweights: narrow.weights\nlabels: comment.names\nwidth: 32\nheight: 32';
    const { remarks } = await resolveText(document(model), { baseDirectory: folder });
    expect(remarks).toEqual([
      `${folder}/twice.cfg: [net] has width twice: line 2 says 32, line 3 says 64; the first one counts, as in Darknet: remove the other`,
      expect.stringContaining('line 1 is taken as a class and looks like a comment'),
      expect.stringMatching(/narrow.weights: the weights file says version 0.2, .* fits one of 16: it was read so$/),
    ]);
  });

  test('a cfg without weights', async () => {
    expect(await problems('cfg: tiny.cfg')).toEqual([
      at('3:1 model.weights: is missing (write weights: and the path of the weights that were trained with this cfg)'),
    ]);
  });
});

describe('a built-in model', () => {
  test('one that is unknown', async () => {
    expect(await problems('name: yolov2-tyni')).toEqual([
      at(
        '4:9 model.name: must be one of nanodet, face-detector, yolov2, yolov2-tiny, yolov2-voc, yolov2-tiny-voc, ' +
          "yolov3, yolov3-tiny, yolov4, yolov4-tiny, is 'yolov2-tyni' (did you mean yolov2-tiny?)",
      ),
    ]);
  });

  test('one whose weights must be given', async () => {
    const cache = await mkdtemp(join(folder, 'cache-'));
    const env = { XDG_CACHE_HOME: cache };
    expect(await problemLines(document('name: yolov2'), { env })).toEqual([
      at(
        '3:1 model.weights: is missing (run "deepthings model pull yolov2" on this machine; or write weights: synthetic ' +
          'to measure speed only)',
      ),
    ]);
    const pulled = join(cache, 'deepthings', 'models', 'yolov2.weights');
    await mkdir(dirname(pulled), { recursive: true });
    await writeFile(pulled, new Uint8Array(new Int32Array([0, 1, 0, 0, 0]).buffer));
    expect(await problemLines(document('name: yolov2'), { env })).toEqual([
      expect.stringMatching(
        /yolov2.weights: model yolov2 needs 203934260 bytes .*\(run "deepthings model pull yolov2 --force"\)$/s,
      ),
    ]);
    await truncate(pulled, 203_934_260);
    expect((await resolveText(document('name: yolov2'), { env })).model.weights).toBe(pulled);
    expect(await problems('name: yolov2\nweights: synthetic')).toEqual([]);
  });

  test('neither name nor cfg, and both', async () => {
    const remedy = 'write name: nanodet, onnx: with the path of an ONNX file, or cfg: and weights: of Darknet';
    expect(await problems('threshold: 0.3')).toEqual([
      at(`3:1 model.name: is missing, and so are onnx and cfg (${remedy})`),
    ]);
    expect(await problems('name: yolov2\ncfg: tiny.cfg\nweights: synthetic')).toEqual([
      at('5:3 model.cfg: is given beside name: yolov2, and there can be one model only (remove name or cfg)'),
    ]);
  });

  test('a seed that is none', async () => {
    const remedy = 'write synthetic, or synthetic: and a whole number from 0 to 4294967295';
    for (const weights of ['synthetic:x', 'synthetic:', 'synthetic:4294967296']) {
      expect(await problems(`name: yolov2\nweights: '${weights}'`)).toEqual([
        at(`5:12 model.weights: cannot read the seed in '${weights}' (${remedy})`),
      ]);
    }
    expect(await problems('name: yolov2\nweights: synthetic:4294967295')).toEqual([]);
  });

  test('an input size that the model cannot have, each side told', async () => {
    const lines = await problems('name: yolov2\nweights: synthetic\nwidth: 100\nheight: 33');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^cluster.yaml:6:10 model.width: .*100.*\(choose another size/);
    expect(lines[1]).toMatch(/^cluster.yaml:7:11 model.height: .*33.*\(choose another size/);
    expect(await problems('name: yolov2\nweights: synthetic\nwidth: 320\nheight: 64')).toEqual([]);
  });

  test('the overlap limit is the one of the model', async () => {
    const nmsOf = async (model: string) => (await resolveText(document(model))).model.nms;
    expect(await nmsOf('name: face-detector')).toBe(0.4);
    expect(await nmsOf('name: yolov2\nweights: synthetic')).toBe(0.45);
    expect(await nmsOf('name: face-detector\nnms: 0.3')).toBe(0.3);
  });
});

describe('the partition', () => {
  const yolo = 'name: yolov2\nweights: synthetic';

  test('a grid finer than the map', async () => {
    expect(await problems(yolo, 'partition: { grid: 39x80, fusedDepth: 16 }')).toEqual([
      at(
        '6:20 partition.grid: Expected a grid of 1 to 38 rows and 1 to 38 columns, the size of the map that the fused part of ' +
          'yolov2 puts out, got 39x80 (write a coarser grid, or a smaller fusedDepth)',
      ),
    ]);
    expect(await problems(yolo, 'partition: { grid: 38x38, fusedDepth: 16 }')).toEqual([]);
  });

  test('a grid with more tiles than can be handed out', async () => {
    expect(await problems(yolo, 'partition: { grid: 100x100, fusedDepth: 1 }')).toEqual([
      at('6:20 partition.grid: 100x100 makes 10000 tiles, and 4096 is the most (write a coarser grid)'),
    ]);
  });

  test('a depth beyond the model', async () => {
    const [line, ...others] = await problems('name: face-detector', 'partition: { fusedDepth: 40 }');
    expect(others).toEqual([]);
    expect(line).toMatch(
      /^cluster.yaml:5:26 partition.fusedDepth: A fused depth of 40 layers is not one of face-detector/,
    );
    expect(line).toMatch(/Choose a depth from 1 to \d+. \(write another fusedDepth, or auto\)$/);
  });

  test('a depth at which a later layer reaches into the stack hands that map over as well', async () => {
    expect(await problems(yolo, 'partition: { fusedDepth: 20 }')).toEqual([]);
  });

  test('the depth is checked while the input size is wrong, the grid is not', async () => {
    const lines = await problems(`${yolo}\nwidth: 33`, 'partition: { fusedDepth: 40 }');
    expect(lines).toHaveLength(2);
    expect(await problems(`${yolo}\nwidth: 33`, 'partition: { grid: 99x99 }')).toHaveLength(1);
  });

  test('a model of which nothing can be fused', async () => {
    expect(await problems('cfg: reorg.cfg\nweights: synthetic')).toEqual([
      at(
        '4:8 model.cfg: No part of reorg can be computed in tiles: layer 0 reorg blocks: its values are no feature maps. ' +
          'Choose another model. (use one that starts with convolutions)',
      ),
    ]);
  });
});
