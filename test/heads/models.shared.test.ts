import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Box, intersectionOverUnion } from '../../server/heads/box.js';
import type { Detection } from '../../server/heads/detection.js';
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
    const found = await graph.detect(photo(name), 0.35);
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
    const found = await graph.detect(photo(name));
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
    const style = 'font-size="36" font-weight="bold" fill="#d11" stroke="#fff"';
    const drawn = (text: string, x: number, y: number) =>
      drawing(416, 260, `<text x="${x}" y="${y}" ${style}>${text}</text>`);
    const characters = [drawn('大', 60, 80), drawn('R', 240, 60), drawn('山', 150, 190), drawn('K', 330, 200)];
    const background = sharp(photo('horses.jpg')).resize(416, 260, { fit: 'fill' }).blur(12);
    const found = await graph.detect(await composed(background, characters));
    expect(found).toHaveLength(characters.length);
    for (const character of characters) expect(await bestOverlap(found, character)).toBeGreaterThan(0.7);
  });
});

describe('picodet-layout-800x608', () => {
  it('finds the paragraphs of a page', async () => {
    const graph = await wholeGraph('picodet-layout-800x608.onnx');
    expect(graph.head.family).toMatchObject({ kind: 'nanodet', classes: 10, bins: 8, origin: 'middle' });
    const paragraph = (x: number, y: number, lines: number) =>
      drawing(
        ...([1216, 1600] as const),
        Array.from({ length: lines }, (_, line) => {
          return `<text x="${x}" y="${y + 20 * line}" font-size="13">Quick brown foxes jump over lazy dogs, then run away.</text>`;
        }).join(''),
      );
    const paragraphs = [
      paragraph(80, 220, 24),
      paragraph(80, 780, 30),
      paragraph(660, 220, 20),
      paragraph(660, 700, 34),
    ];
    const page = sharp({ create: { width: 1216, height: 1600, channels: 3, background: '#fff' } });
    const found = await graph.detect(await composed(page, paragraphs));
    for (const text of paragraphs) expect(await bestOverlap(found, text)).toBeGreaterThan(0.85);
    for (const { label, score } of found) if (score > 0.8) expect(label).toBe('class 0');
  });
});

describe('centerface', () => {
  it.each([
    [1, 3],
    [2, 3],
    [3, 3],
    [4, 4],
    [5, 5],
    [6, 4],
  ])('finds every face of the face detector’s photograph %i: %i', async (sample, faces) => {
    const graph = await wholeGraph('centerface.onnx', { size: { width: 640, height: 640 } });
    expect(graph.head).toMatchObject({ family: { kind: 'centerface' }, labels: ['face'] });
    const found = await graph.detect(readFileSync(`node_modules/@vladmandic/face-api/demo/sample${sample}.jpg`));
    expect(found).toHaveLength(faces);
    for (const { score, pixels } of found) {
      expect(score).toBeGreaterThan(0.6);
      expect(pixels.width / pixels.height).toBeGreaterThan(0.6);
      expect(pixels.width / pixels.height).toBeLessThan(1.2);
    }
  });
});

function drawing(width: number, height: number, content: string): Buffer {
  return Buffer.from(`<svg width="${width}" height="${height}" xmlns="http://www.w3.org/2000/svg">${content}</svg>`);
}

async function composed(background: Sharp, drawings: readonly Buffer[]): Promise<Buffer> {
  return await background
    .composite(drawings.map((input) => ({ input })))
    .png()
    .toBuffer();
}

/** The largest intersection over union of a detection and what is not transparent in a drawing. */
async function bestOverlap(found: readonly Detection[], svg: Buffer): Promise<number> {
  const { data, info } = await sharp(svg).extractChannel('alpha').raw().toBuffer({ resolveWithObject: true });
  let [left, right, top, bottom] = [info.width, 0, info.height, 0];
  for (const [at, alpha] of data.entries()) {
    if (alpha <= 64) continue;
    const x = at % info.width;
    const y = (at - x) / info.width;
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x + 1), Math.min(top, y), Math.max(bottom, y + 1)];
  }
  const ink = { cx: (left + right) / 2, cy: (top + bottom) / 2, width: right - left, height: bottom - top };
  return Math.max(...found.map((detection) => intersectionOverUnion(pixelBoxOf(detection), ink)));
}

function pixelBoxOf({ pixels: { x, y, width, height } }: Detection): Box {
  return { cx: x + width / 2, cy: y + height / 2, width, height };
}
