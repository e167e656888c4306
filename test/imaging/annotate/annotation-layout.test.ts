import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { colourOf } from '../../../server/imaging/annotate/annotation-colours.js';
import {
  type AnnotatedDetection,
  annotationScale,
  layOutAnnotations,
  type Rectangle,
} from '../../../server/imaging/annotate/annotation-layout.js';

const PICTURE = { width: 640, height: 480 };
const SCALE = annotationScale(640, 480);
const textWidth = (text: string) => Array.from(text).length * 7;

function detection(label: string, score: number, x: number, y: number, width: number, height: number) {
  return { label, score, pixels: { x, y, width, height } };
}

const layOut = (...detections: AnnotatedDetection[]) => layOutAnnotations(PICTURE, detections, SCALE, textWidth);

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

describe('layOutAnnotations', () => {
  it('says label and score above the box, from its left edge', () => {
    const { box, plate, text } = layOut(detection('dog', 0.814, 100, 200, 150, 100))[0]!;
    expect(text).toBe('dog 81%');
    expect(box).toEqual({ x: 100, y: 200, width: 150, height: 100 });
    expect(plate.x).toBeCloseTo(100 - SCALE.line / 2);
    expect(plate.y + plate.height).toBeCloseTo(200 - SCALE.line / 2);
  });

  it('goes below a low box at the top, and into a box as high as the picture', () => {
    const low = layOut(detection('dog', 0.8, 100, 0, 150, 60))[0]!;
    expect(low.plate.y).toBeGreaterThanOrEqual(60);
    const high = layOut(detection('dog', 0.8, 100, 0, 150, 480))[0]!;
    expect(high.plate.y).toBeLessThan(10);
    expect(high.plate.y).toBeGreaterThanOrEqual(0);
  });

  it('cuts boxes to the picture and leaves out those beyond it', () => {
    const inset = SCALE.line / 2 + SCALE.casing;
    const { box } = layOut(detection('dog', 0.8, -50, -50, 1000, 1000))[0]!;
    expect(box).toEqual({ x: inset, y: inset, width: 640 - 2 * inset, height: 480 - 2 * inset });
    expect(layOut(detection('dog', 0.8, 700, 10, 50, 50), detection('cat', 0.8, 10, Number.NaN, 50, 50))).toEqual([]);
  });

  it('lays the plates of boxes at one place side by side, the best first where it likes', () => {
    const placed = layOut(
      detection('horse', 0.4, 200, 200, 200, 150),
      detection('cow', 0.7, 200, 200, 200, 150),
      detection('sheep', 0.3, 203, 202, 200, 150),
    );
    expect(placed.map(({ text }) => text)).toEqual(['sheep 30%', 'horse 40%', 'cow 70%']);
    const [sheep, horse, cow] = placed.map(({ plate }) => plate) as [Rectangle, Rectangle, Rectangle];
    expect(cow.y).toBeLessThan(200);
    expect([overlap(sheep, horse), overlap(sheep, cow), overlap(horse, cow)]).toEqual([false, false, false]);
  });

  it('shortens a label that is wider than the picture, never the score', () => {
    const label = 'a label with a very long name';
    const narrow = layOutAnnotations(
      { width: 120, height: 90 },
      [detection(label, 0.8, 10, 40, 30, 30)],
      SCALE,
      textWidth,
    );
    expect(narrow[0]!.text).toMatch(/^a lab.*… 80%$/);
    expect(narrow[0]!.plate.width).toBeLessThanOrEqual(120);
  });

  it('keeps everything within the picture, whatever the boxes', () => {
    const coordinate = fc.double({ min: -800, max: 1500, noNaN: true });
    const size = fc.double({ min: 0, max: 2000, noNaN: true });
    const any = fc.record({
      label: fc.string({ maxLength: 200 }),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      pixels: fc.record({ x: coordinate, y: coordinate, width: size, height: size }),
    });
    const within = ({ x, y, width, height }: Rectangle) =>
      x >= 0 && y >= 0 && width >= 0 && height >= 0 && x + width <= 640 + 1e-9 && y + height <= 480 + 1e-9;
    void fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), (detections) =>
        layOut(...detections).every(({ box, plate }) => box !== null && within(box) && within(plate)),
      ),
    );
  });
});

describe('annotationScale', () => {
  it('grows with the picture, and stays legible on a small one', () => {
    expect(annotationScale(1920, 1280)).toMatchObject({ text: 28, plateHeight: 39 });
    expect(annotationScale(1920, 1280).line).toBeCloseTo(3.9, 1);
    expect(annotationScale(100, 80)).toMatchObject({ text: 12, line: 2 });
  });
});

describe('colourOf', () => {
  it('gives neighbouring classes different colours, and a label always the same', () => {
    const lines = [0, 1, 2, 3, 4, 5, 6].map((classIndex) => colourOf('any', classIndex).line);
    expect(new Set(lines).size).toBe(7);
    expect(colourOf('dog', 7)).toEqual(colourOf('dog', 0));
    expect(colourOf('dog')).toEqual(colourOf('dog'));
  });
});
