import { expect } from 'vitest';
import type { Tensor } from '../../server/engine/inference-engine.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import type { Grid } from '../../server/geometry/grid.js';
import { detectObjects } from '../../server/heads/decode/decode-head.js';
import type { DetectorFamily } from '../../server/heads/head-family.js';
import { placePicture } from '../../server/heads/placement.js';
import { chooseHead, type RecognisedHead } from '../../server/heads/recognise/recognise-head.js';
import { type ReferenceBox, suppressed } from '../heads/reference-heads.js';
import { runFile, runGraph } from '../support/onnx-run.js';
import { boxesOfLevels } from './reference-yolo.js';
import { imported, outputsOf, pictureOf, runTiled } from './tiled-model.js';
import { CLASSES, type YoloFile } from './yolo-files.js';

export interface YoloCase {
  readonly height: number;
  readonly width: number;
  readonly grids: readonly Grid[];
}

/** Imports a file and compares: the graph with the file, tiles with the whole, boxes with those of the levels' maps. */
export async function checkYolo(file: YoloFile, { grids, height, width }: YoloCase): Promise<void> {
  const { graph, metadata } = await imported(file.bytes, { height, width });
  const picture = pictureOf(graph);
  const head = chooseHead(outputsOf(graph), { height, width }, metadata) as RecognisedHead<DetectorFamily>;
  expect(head.family).toMatchObject({ kind: 'yolov8', classes: CLASSES.length, channels: 4 + CLASSES.length });
  expect(head.labels).toEqual(CLASSES);
  const whole = await runGraph(graph, { images: picture });
  const original = await runFile(file.withLevels, { images: picture });
  const [output] = graph.outputs as [string];
  expect(relativeDifference(whole.get(output)!.data, original.get(output)!.data)).toBeLessThanOrEqual(
    3 * TOLERANCE.f32,
  );
  const right = boxesOfLevels(
    file.levels.map((name) => original.get(name)!),
    head.limits.threshold,
  );
  const kept = suppressed(right, head.limits.nms);
  expect(kept.length).toBeGreaterThanOrEqual(3);
  expect(right.length).toBeLessThan(0.05 * whole.get(output)!.shape[2]!);
  expectBoxes(found(whole, head, { height, width }), kept);
  for (const grid of grids) {
    const { outputs, share } = await runTiled(graph, picture, grid);
    expect(share).toBeGreaterThan(0.9);
    expect(relativeDifference(outputs.get(output)!.data, whole.get(output)!.data)).toBeLessThanOrEqual(TOLERANCE.f32);
    expectBoxes(found(outputs, head, { height, width }), kept);
  }
}

/** The picture has the size of the input. */
function found(
  outputs: ReadonlyMap<string, Tensor>,
  head: RecognisedHead<DetectorFamily>,
  { height, width }: { readonly height: number; readonly width: number },
): readonly ReferenceBox[] {
  const placement = placePicture(width, height, { channels: 3, height, width }, head.input.anchor);
  return detectObjects(outputs, head, placement, head.limits).map(({ box, classIndex, score }) => {
    const [x, y] = [(box.cx - box.width / 2) * width, (box.cy - box.height / 2) * height];
    return { corners: [x, y, x + box.width * width, y + box.height * height], classIndex, score };
  });
}

function expectBoxes(got: readonly ReferenceBox[], right: readonly ReferenceBox[]): void {
  const inOrder = (boxes: readonly ReferenceBox[]) => [...boxes].sort((a, b) => b.score - a.score);
  expect(got.map(({ classIndex }) => classIndex).length).toBe(right.length);
  for (const [i, box] of inOrder(got).entries()) {
    const other = inOrder(right)[i]!;
    expect([box.classIndex, box.score]).toEqual([other.classIndex, expect.closeTo(other.score, 4)]);
    for (const [side, edge] of box.corners.entries()) expect(Math.abs(edge - other.corners[side]!)).toBeLessThan(0.05);
  }
}
