import { describe, expect, it } from 'vitest';
import type { ElementType } from '../../server/graph/graph.js';
import type { HeadName } from '../../server/heads/head-family.js';
import type { OutputShape } from '../../server/heads/recognise/output-shape.js';
import { chooseHead, recogniseHead } from '../../server/heads/recognise/recognise-head.js';

type Outputs = Readonly<Record<string, readonly number[]>>;

function outputsOf(outputs: Outputs, integers: readonly string[] = []): readonly OutputShape[] {
  return Object.entries(outputs).map(([name, shape]) => {
    return { name, shape, type: (integers.includes(name) ? 'int64' : 'float32') as ElementType };
  });
}

const square = (side: number) => ({ width: side, height: side });
const NONE: ReadonlyMap<string, string> = new Map();
const names = (...list: readonly string[]) => new Map([['names', JSON.stringify(list)]]);

/** NanoDet, SSD and PicoDet as the files of `data/models` have them. */
const NANODET_G: Outputs = {
  ...{ a: [1, 169, 80], b: [1, 169, 44], c: [1, 676, 80] },
  ...{ d: [1, 2704, 80], e: [1, 676, 44], f: [1, 2704, 44] },
};
const PICODET: Outputs = {
  ...{ a: [1, 7600, 10], b: [1, 1900, 10], c: [1, 475, 10], d: [1, 130, 10] },
  ...{ e: [1, 7600, 32], f: [1, 1900, 32], g: [1, 475, 32], h: [1, 130, 32] },
};
const SSD_ANCHORS: Outputs = Object.fromEntries(
  [19, 10, 5, 3, 2, 1].flatMap((side, level) => {
    const anchors = level === 0 ? 3 : 6;
    return [
      [`box${side}`, [1, 4 * anchors, side, side]],
      [`class${side}`, [1, 91 * anchors, side, side]],
    ];
  }),
);
const SSD_FULL: Outputs = {
  ...{ detection_anchor_indices: [1, 100], detection_boxes: [1, 100, 4], detection_classes: [1, 100] },
  ...{ detection_multiclass_scores: [1, 100, 91], detection_scores: [1, 100], num_detections: [1] },
  ...{ raw_detection_boxes: [1, 1917, 4], raw_detection_scores: [1, 1917, 91] },
};
const YOLOX_640: Outputs = { output: [1, 8400, 85] };

describe('recogniseHead', () => {
  it.each<[string, Outputs, { width: number; height: number }, readonly object[]]>([
    [
      'YOLOX at 640',
      YOLOX_640,
      square(640),
      [
        { kind: 'yolox', classes: 80 },
        { kind: 'yolov5', classes: 80 },
      ],
    ],
    ['YOLOX at 416', { output: [1, 3549, 6] }, square(416), [{ kind: 'yolox', classes: 1 }, { kind: 'yolov5' }]],
    ['YOLOv5 at 640', { output0: [1, 25200, 85] }, square(640), [{ kind: 'yolov5', rows: 25200, classes: 80 }]],
    [
      'YOLOv7 with its maps',
      { output: [1, 25200, 85], a: [1, 3, 80, 80, 85], b: [1, 3, 40, 40, 85], c: [1, 3, 20, 20, 85] },
      square(640),
      [{ kind: 'yolov5', output: 'output' }],
    ],
    ['YOLOv8 at 640', { output0: [1, 84, 8400] }, square(640), [{ kind: 'yolov8', classes: 80, rows: 8400 }]],
    ['YOLOv8 at 640 x 352', { output0: [1, 84, 4620] }, { width: 640, height: 352 }, [{ kind: 'yolov8', classes: 80 }]],
    ['YOLO11 of one class', { output0: [1, 5, 2100] }, square(320), [{ kind: 'yolov8', classes: 1 }]],
    [
      'YOLOv9 with two outputs',
      { y0: [1, 84, 2100], y1: [1, 84, 2100] },
      square(320),
      [{ kind: 'yolov8', output: 'y0' }],
    ],
    ['YOLOv8 with P6', { output0: [1, 84, 34000] }, square(1280), [{ kind: 'yolov8', classes: 80 }]],
    [
      'YOLOv8 that segments',
      { output0: [1, 116, 8400], output1: [1, 32, 160, 160] },
      square(640),
      [{ kind: 'yolov8', classes: 80, channels: 116 }],
    ],
    ['YOLOv10', { output0: [1, 300, 6] }, square(640), [{ kind: 'end-to-end' }]],
    ['a list of any length', { output0: [1, -1, 6] }, square(640), [{ kind: 'end-to-end' }]],
    [
      'YOLO-NAS without NMS',
      { a: [1, 8400, 4], b: [1, 8400, 80] },
      square(640),
      [{ kind: 'yolo-nas-raw', boxes: 'a', scores: 'b', classes: 80 }],
    ],
    ['YOLO-NAS, flat', { graph2_flat_predictions: [-1, 7] }, square(640), [{ kind: 'yolo-nas' }]],
    [
      'RF-DETR',
      { dets: [1, 300, 4], labels: [1, 300, 91] },
      square(384),
      [{ kind: 'rf-detr', classes: 91, rows: 300 }],
    ],
    ['SSD of TensorFlow', SSD_FULL, square(320), [{ kind: 'ssd', boxes: 'detection_boxes', classOffset: 0 }]],
    [
      'SSD of TFLite',
      Object.fromEntries(
        ['', ':1', ':2', ':3'].map((end, index) => [
          `TFLite_Detection_PostProcess${end}`,
          [[1, 10, 4], [1, 10], [1, 10], [1]][index]!,
        ]),
      ),
      square(300),
      [{ kind: 'ssd', scores: 'TFLite_Detection_PostProcess:2', classOffset: 1 }],
    ],
    ['SSD with anchors', SSD_ANCHORS, square(300), [{ kind: 'ssd-anchors', classes: 91 }]],
    ['NanoDet-g', NANODET_G, square(416), [{ kind: 'nanodet', classes: 80, bins: 11, origin: 'middle-pixel' }]],
    [
      'NanoDet-Plus',
      { output: [1, 3598, 112] },
      square(416),
      [{ kind: 'nanodet', classes: 80, bins: 8, origin: 'corner' }],
    ],
    ['PicoDet', PICODET, { width: 608, height: 800 }, [{ kind: 'nanodet', classes: 10, bins: 8, origin: 'middle' }]],
    [
      'CenterFace',
      { a: [1, 1, 8, 24], b: [1, 2, 8, 24], c: [1, 2, 8, 24], d: [1, 10, 8, 24] },
      { width: 96, height: 32 },
      [{ kind: 'centerface', scores: 'a', sizes: 'b', offsets: 'c' }],
    ],
    ['a classifier', { probs: [1, 1000] }, square(224), [{ kind: 'classifier', classes: 1000 }]],
    ['SqueezeNet', { softmaxout_1: [1, 1000, 1, 1] }, square(224), [{ kind: 'classifier', classes: 1000 }]],
    ['a vision transformer', { last_hidden_state: [1, 197, 768] }, square(224), []],
    ['text boxes', { sigmoid: [1, 1, 736, 736] }, square(736), []],
    ['no output', {}, square(224), []],
    ['scalars', { a: [], b: [1] }, square(224), []],
    ['empty outputs', { a: [1, 0, 0], b: [0, 0] }, square(224), []],
  ])('%s', (_, outputs, input, expected) => {
    const found = recogniseHead(outputsOf(outputs), input, NONE).map(({ family }) => family);
    expect(found).toEqual(expected.map((family) => expect.objectContaining(family)));
  });

  it('tells RT-DETR and D-FINE by classes that are whole numbers', () => {
    const outputs = outputsOf({ labels: [1, 300], boxes: [1, 300, 4], scores: [1, 300] }, ['labels']);
    const [head, ...others] = recogniseHead(outputs, square(640), NONE);
    expect(others).toEqual([]);
    expect(head).toMatchObject({
      family: { kind: 'detr', labels: 'labels', scores: 'scores' },
      labels: { length: 80 },
    });
  });

  it('lists what a shape may be both ways', () => {
    // At 32 x 32 there are 21 cells with three levels, and 85 with four.
    const found = recogniseHead(outputsOf({ output: [1, 21, 85] }), square(32), names(...'abcdefghijklmnopq'));
    expect(found.map(({ family: { kind } }) => kind)).toEqual(['yolov8']);
    const unnamed = recogniseHead(outputsOf({ output: [1, 21, 85] }), square(32), NONE);
    expect(unnamed.map(({ family: { kind } }) => kind)).toEqual(['yolox', 'yolov5']);
    const both = recogniseHead(outputsOf({ output: [1, 85, 21] }), square(32), NONE);
    expect(both.map(({ family: { kind } }) => kind)).toEqual(['yolox', 'yolov5', 'yolov8']);
  });

  it('lets the number of names decide between families', () => {
    const outputs = outputsOf({ output: [1, 3598, 50] });
    const kinds = (metadata: ReadonlyMap<string, string>) =>
      recogniseHead(outputs, square(416), metadata).map(({ family }) => [
        family.kind,
        family.kind === 'nanodet' && family.bins,
      ]);
    expect(kinds(NONE).map(([kind]) => kind)).toEqual(['yolox', 'yolov5', 'nanodet', 'nanodet']);
    expect(kinds(names(...Array.from({ length: 18 }, (_, index) => `n${index}`)))).toEqual([['nanodet', 8]]);
  });

  it.each<[string, Outputs, ReadonlyMap<string, string>, number, string | undefined]>([
    ['COCO for 80 classes', { o: [1, 84, 8400] }, NONE, 79, 'toothbrush'],
    ['numbers for other counts', { o: [1, 7, 8400] }, NONE, 2, 'class 2'],
    ['the file’s own', { o: [1, 6, 8400] }, names('cat', 'dog'), 1, 'dog'],
    ['the file’s own before COCO’s', { o: [1, 300, 6] }, names('cat', 'dog'), 1, 'dog'],
    ['COCO’s ids for SSD', SSD_ANCHORS, NONE, 90, 'toothbrush'],
    ['COCO’s ids for RF-DETR', { dets: [1, 300, 4], labels: [1, 300, 91] }, NONE, 13, 'stop sign'],
  ])('labels: %s', (_, outputs, metadata, index, label) => {
    const [head] = recogniseHead(outputsOf(outputs), square(640), metadata);
    expect(head!.labels[index]).toBe(label);
  });

  it('counts classes by the file’s names where rows have more numbers, as those of poses', () => {
    const [head] = recogniseHead(outputsOf({ output0: [1, 56, 8400] }), square(640), names('person'));
    expect(head!.family).toMatchObject({ kind: 'yolov8', channels: 56, classes: 1 });
  });

  it('refuses names that are none', () => {
    const metadata = new Map([['names', 'rm -rf']]);
    expect(() => recogniseHead(outputsOf(YOLOX_640), square(640), metadata)).toThrow(
      expect.objectContaining({ code: 'DT_MODEL_CLASS_NAMES' }),
    );
  });
});

describe('chooseHead', () => {
  const choose = (outputs: Outputs, side: number, asked?: HeadName) =>
    chooseHead(outputsOf(outputs), square(side), NONE, asked);

  it('takes the only one', () => {
    expect(choose({ output0: [1, 84, 8400] }, 640).family.kind).toBe('yolov8');
  });

  it.each(['yolox', 'yolov5'] as const)('takes %s where it is asked for', (asked) => {
    expect(choose(YOLOX_640, 640, asked).family.kind).toBe(asked);
  });

  it('takes what is asked for before what is likely', () => {
    expect(choose(YOLOX_640, 640, 'nanodet').family).toMatchObject({ kind: 'nanodet', classes: 53 });
  });

  it.each<[string, Outputs, HeadName | undefined, string]>([
    [
      'several',
      YOLOX_640,
      undefined,
      'output [1, 8400, 85] of an input of 640 x 640 fit several heads: say which it is, yolox or yolov5 (head in cluster.yaml, --head of commands)',
    ],
    [
      'another',
      YOLOX_640,
      'ssd',
      'fit not the head ssd: say which it is, yolox or yolov5 (head in cluster.yaml, --head of commands)',
    ],
    ['none', { a: [1, 3, 7] }, undefined, 'a [1, 3, 7] of an input of 640 x 640 fit no known head'],
  ])('refuses %s', (_, outputs, asked, message) => {
    expect(() => choose(outputs, 640, asked)).toThrow(
      expect.objectContaining({ code: 'DT_HEAD_UNKNOWN', message: expect.stringContaining(message) }),
    );
  });
});
