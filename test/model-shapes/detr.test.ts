import { expect, test } from 'vitest';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { detectObjects } from '../../server/heads/decode/decode-head.js';
import type { DetectorFamily } from '../../server/heads/head-family.js';
import { placePicture } from '../../server/heads/placement.js';
import { chooseHead, type RecognisedHead } from '../../server/heads/recognise/recognise-head.js';
import { runFile, runGraph } from '../support/onnx-run.js';
import { NetworkFile } from './network-file.js';
import { imported, outputsOf, pictureOf } from './tiled-model.js';

const SIZE = { height: 64, width: 96 };
const CLASSES = 5;
const BOXES = 10;

/** A convolution for a backbone and a query a cell, and the last steps of D-FINE and RT-DETR as their exporters write them. */
function detrFile(): Uint8Array {
  const file = new NetworkFile({ seed: 9, ...SIZE });
  const axis = (integer: number) => ({ axis: { integer } });
  const map = file.conv(file.picture, 4 + CLASSES, 8, { stride: 8, pad: 0, gain: 2 });
  const rows = file.node('Reshape', [map.name, file.integers([1, 4 + CLASSES, -1])]);
  const queries = file.node('Transpose', [rows], { perm: { integers: [0, 2, 1] } });
  const [raw, logits] = file.nodes('Split', [queries, file.integers([4, CLASSES])], 2, axis(2));
  const [cx, cy, width, height] = file.nodes(
    'Split',
    [file.node('Sigmoid', [raw!]), file.integers([1, 1, 1, 1])],
    4,
    axis(2),
  );
  const half = file.floats([0.5], []);
  const edge = (operator: string, middle: string, extent: string) =>
    file.node(operator, [middle, file.node('Mul', [extent, half])]);
  const edges = [
    edge('Sub', cx!, width!),
    edge('Sub', cy!, height!),
    edge('Add', cx!, width!),
    edge('Add', cy!, height!),
  ];
  const corners = file.node('Concat', edges, axis(2));
  const extents = file.node('Cast', [file.node('Tile', ['orig_target_sizes', file.integers([1, 2])])], {
    to: { integer: 1 },
  });
  const pixels = file.node('Mul', [corners, file.node('Unsqueeze', [extents, file.integers([1])])]);
  const all = file.node('Flatten', [file.node('Sigmoid', [logits!])], axis(1));
  const [scores, places] = file.nodes('TopK', [all, file.integers([BOXES])], 2, axis(1));
  const classes = file.integers([CLASSES]);
  const query = file.node('Div', [places!, classes]);
  const labels = file.node('Sub', [places!, file.node('Mul', [query, classes])]);
  const at = file.node('Tile', [file.node('Unsqueeze', [query, file.integers([2])]), file.integers([1, 1, 4])]);
  const boxes = file.node('GatherElements', [pixels, at], axis(1));
  return file.finish([{ name: labels, type: 'int64' }, { name: boxes }, { name: scores! }], {}, [
    { name: 'orig_target_sizes', type: 'int64', dims: ['batch', 2] },
  ]);
}

test("a transformer's head that is told the picture's size gives boxes in pixels of the input", async () => {
  const bytes = detrFile();
  const { graph, metadata } = await imported(bytes);
  expect(graph.inputs).toEqual(['images']);
  const head = chooseHead(outputsOf(graph), SIZE, metadata) as RecognisedHead<DetectorFamily>;
  expect(head.family.kind).toBe('detr');
  const images = pictureOf(graph);
  const sizes = { shape: [1, 2], data: BigInt64Array.of(BigInt(SIZE.width), BigInt(SIZE.height)) };
  const right = await runFile(bytes, { images, orig_target_sizes: sizes });
  const got = await runGraph(graph, { images });
  for (const name of graph.outputs)
    expect(relativeDifference(got.get(name)!.data, right.get(name)!.data)).toBeLessThanOrEqual(TOLERANCE.f32);
  const [labels, boxes, scores] = graph.outputs.map((name) => [...right.get(name)!.data].map(Number)) as [
    number[],
    number[],
    number[],
  ];
  const placement = placePicture(SIZE.width, SIZE.height, { channels: 3, ...SIZE }, head.input.anchor);
  const found = detectObjects(got, head, placement, { ...head.limits, threshold: 0 });
  expect(found).toHaveLength(BOXES);
  for (const [i, { box, classIndex, score }] of found.entries()) {
    expect([classIndex, score]).toEqual([labels[i], expect.closeTo(scores[i]!, 5)]);
    const [x1, y1, x2, y2] = boxes.slice(4 * i, 4 * i + 4) as [number, number, number, number];
    expect(box.cx * SIZE.width).toBeCloseTo((x1 + x2) / 2, 3);
    expect(box.cy * SIZE.height).toBeCloseTo((y1 + y2) / 2, 3);
    expect(box.width * SIZE.width).toBeCloseTo(x2 - x1, 3);
    expect(box.height * SIZE.height).toBeCloseTo(y2 - y1, 3);
  }
});
