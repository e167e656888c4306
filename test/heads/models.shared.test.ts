import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { detectObjects } from '../../server/heads/decode/decode-head.js';
import type { DetectorFamily } from '../../server/heads/head-family.js';
import type { RecognisedHead } from '../../server/heads/recognise/recognise-head.js';
import { type Box, intersectionOverUnion } from '../../server/model/heads/box.js';
import type { Detection } from '../../server/model/heads/detect.js';
import { sharedData } from '../support/shared-data.js';
import { type WholeGraph, wholeGraph } from './whole-graph.js';

interface ExpectedDetection {
  readonly label: string;
  readonly score: number;
  readonly cx: number;
  readonly cy: number;
  readonly w: number;
  readonly h: number;
}

async function detectionsIn(graph: WholeGraph, bytes: Uint8Array, threshold?: number): Promise<readonly Detection[]> {
  const { outputs, placement } = await graph.run(bytes);
  const head = graph.head as RecognisedHead<DetectorFamily>;
  const limits = { ...head.limits, threshold: threshold ?? head.limits.threshold };
  return detectObjects(outputs, head, placement, limits);
}

const photo = (name: string) => readFileSync(sharedData(`photos/${name}`));

describe('nanodet-g-416', () => {
  let graph: WholeGraph;
  const expected: Readonly<Record<string, readonly ExpectedDetection[]>> = JSON.parse(
    readFileSync(sharedData('models/nanodet-expected.json'), 'utf8'),
  ).detections;

  beforeAll(async () => {
    graph = await wholeGraph('nanodet-g-416.onnx');
  });

  it('is recognised', () => {
    const { family, labels, input } = graph.head;
    expect(family).toMatchObject({ kind: 'nanodet', classes: 80, bins: 11, origin: 'middle-pixel' });
    expect(labels[0]).toBe('person');
    expect(input).toMatchObject({ order: 'bgr', anchor: 'stretch' });
  });

  it.each(Object.keys(expected))('finds in %s what it finds in Python', async (name) => {
    const found = await detectionsIn(graph, photo(name), 0.35);
    const sure = expected[name]!.filter(({ score }) => score >= 0.45);
    expect(sure.length).toBeGreaterThan(0);
    for (const { label, score, cx, cy, w, h } of sure) {
      const near = found.filter(({ box, label: found }) => {
        const differences = [box.cx - cx, box.cy - cy, box.width - w, box.height - h].map(Math.abs);
        return found === label && Math.max(...differences) <= 0.03;
      });
      expect(near, `${label} in ${name}`).toHaveLength(1);
      expect(Math.abs(near[0]!.score - score), `${label} in ${name}`).toBeLessThanOrEqual(0.05);
    }
    const unexpected = found.filter(({ label, score }) => score >= 0.5 && !sure.some((other) => other.label === label));
    expect(unexpected).toEqual([]);
  });
});

describe('ssdlite-mobilenetv2-300', () => {
  // The boxes that a person sees, in pixels: x, y, width, height.
  it.each([
    ['dog.jpg', { bicycle: [120, 135, 450, 290], dog: [130, 220, 182, 320], car: [465, 75, 220, 98] }],
    ['giraffe.jpg', { giraffe: [165, 30, 285, 415], zebra: [287, 205, 142, 233] }],
    ['person.jpg', { person: [190, 100, 85, 280], dog: [70, 263, 132, 85] }],
  ] as const)('finds what is in %s', async (name, things) => {
    const graph = await wholeGraph('ssdlite-mobilenetv2-300.onnx');
    expect(graph.head.family).toMatchObject({ kind: 'ssd-anchors', classes: 91 });
    const found = await detectionsIn(graph, photo(name));
    for (const [label, [x, y, width, height]] of Object.entries(things)) {
      const seen: Box = { cx: x + width / 2, cy: y + height / 2, width, height };
      const best = found.find((detection) => detection.label === label)!;
      expect(best.score, label).toBeGreaterThan(0.7);
      expect(intersectionOverUnion(pixelBoxOf(best), seen), label).toBeGreaterThan(0.75);
    }
  });
});

describe('yolox-tiny-416-1class', () => {
  // The model looks for the characters of a captcha.
  it('finds the characters in a picture', async () => {
    const graph = await wholeGraph('yolox-tiny-416-1class.onnx', { asked: 'yolox' });
    expect(graph.head.family).toMatchObject({ kind: 'yolox', classes: 1, strides: [8, 16, 32] });
    const characters = [drawn('大', 60, 80), drawn('R', 240, 60), drawn('山', 150, 190), drawn('K', 330, 200)];
    const background = sharp(photo('horses.jpg')).resize(416, 260, { fit: 'fill' }).blur(12);
    const picture = await background
      .composite(characters.map((input) => ({ input })))
      .png()
      .toBuffer();
    const found = await detectionsIn(graph, picture);
    expect(found).toHaveLength(characters.length);
    for (const character of characters) {
      const ink = await inkBox(character);
      const overlaps = found.map((detection) => intersectionOverUnion(pixelBoxOf(detection), ink));
      expect(Math.max(...overlaps)).toBeGreaterThan(0.7);
    }
  });

  function drawn(text: string, x: number, y: number): Buffer {
    const style = 'font-size="36" font-weight="bold" fill="#d11" stroke="#fff"';
    return Buffer.from(
      `<svg width="416" height="260" xmlns="http://www.w3.org/2000/svg"><text x="${x}" y="${y}" ${style}>${text}</text></svg>`,
    );
  }

  /** Where a drawing is not transparent, in pixels. */
  async function inkBox(svg: Buffer): Promise<Box> {
    const { data, info } = await sharp(svg).extractChannel('alpha').raw().toBuffer({ resolveWithObject: true });
    const inked = [...data.keys()].filter((at) => data[at]! > 64);
    const [xs, ys] = [inked.map((at) => at % info.width), inked.map((at) => Math.floor(at / info.width))];
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs) + 1, Math.min(...ys), Math.max(...ys) + 1];
    return { cx: (left + right) / 2, cy: (top + bottom) / 2, width: right - left, height: bottom - top };
  }
});

function pixelBoxOf({ pixels: { x, y, width, height } }: Detection): Box {
  return { cx: x + width / 2, cy: y + height / 2, width, height };
}
