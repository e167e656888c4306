import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeadFamily } from '../../server/heads/head-family.js';
import { preprocessingOf, usualInputSettings } from '../../server/heads/input-settings.js';
import { normaliseBytes } from '../../server/tensor/normalise.js';

const SIZE = { height: 64, width: 64 };
const PIXEL = { channels: 3, height: 1, width: 1 };

/** The network's input for one pixel. */
function inputOf(family: HeadFamily, red: number, green: number, blue: number): readonly number[] {
  const preprocessing = preprocessingOf(usualInputSettings(family, SIZE, new Map()));
  return [...normaliseBytes(Uint8Array.of(red, green, blue), PIXEL, preprocessing)];
}

const rows = { output: 'o', rows: 84, channels: 85, classes: 80 };
const nanodet = { kind: 'nanodet', classes: 80, bins: 8, levels: [] } as const;

describe('usualInputSettings', () => {
  // From the models' own code: what a pixel of red 200, green 100, blue 50 is.
  it.each<[string, HeadFamily, readonly number[]]>([
    ['YOLOX: bytes, BGR', { kind: 'yolox', output: 'o', rows: 84, classes: 80, strides: [8] }, [50, 100, 200]],
    ['YOLOv5: 0 to 1', { kind: 'yolov5', ...rows }, [200 / 255, 100 / 255, 50 / 255]],
    ['YOLOv8: 0 to 1', { kind: 'yolov8', ...rows }, [200 / 255, 100 / 255, 50 / 255]],
    ['RT-DETR: 0 to 1', { kind: 'detr', labels: 'l', boxes: 'b', scores: 's' }, [200 / 255, 100 / 255, 50 / 255]],
    [
      'RF-DETR: ImageNet',
      { kind: 'rf-detr', boxes: 'b', logits: 'l', rows: 300, classes: 91 },
      [(200 / 255 - 0.485) / 0.229, (100 / 255 - 0.456) / 0.224, (50 / 255 - 0.406) / 0.225],
    ],
    [
      'SSD: -1 to 1',
      { kind: 'ssd-anchors', classes: 91, levels: [] },
      [200 / 127.5 - 1, 100 / 127.5 - 1, 50 / 127.5 - 1],
    ],
    [
      'NanoDet: BGR, mean and deviation of bytes',
      { ...nanodet, origin: 'corner' },
      [(50 - 103.53) / 57.375, (100 - 116.28) / 57.12, (200 - 123.675) / 58.395],
    ],
    [
      'PicoDet: ImageNet',
      { ...nanodet, origin: 'middle' },
      [(200 / 255 - 0.485) / 0.229, (100 / 255 - 0.456) / 0.224, (50 / 255 - 0.406) / 0.225],
    ],
  ])('%s', (_, family, expected) => {
    for (const [channel, value] of inputOf(family, 200, 100, 50).entries()) {
      expect(value).toBeCloseTo(expected[channel]!, 4);
    }
  });

  it.each([
    ['yolox', 'top-left', 114],
    ['yolov8', 'centre', 114],
    ['detr', 'stretch', 114],
  ] as const)('%s: %s', (kind, anchor, grey) => {
    const { anchor: actual, fill } = usualInputSettings({ kind } as HeadFamily, SIZE, new Map());
    expect([actual, ...fill]).toEqual([anchor, grey, grey, grey]);
  });
});

it('takes Ultralytics at its word that a classifier is its own', () => {
  const family = { kind: 'classifier', output: 'o', shape: [1, 3], classes: 3 } as const;
  expect(usualInputSettings(family, SIZE, new Map([['task', 'classify']])).mean).toEqual([0, 0, 0]);
  expect(usualInputSettings(family, SIZE, new Map()).mean).toEqual([0.485, 0.456, 0.406]);
});

it('leaves bytes as they are, in the order and the place of the family', () => {
  const usual = usualInputSettings({ kind: 'nanodet' } as HeadFamily, { ...SIZE, takesBytes: true }, new Map());
  expect(usual).toMatchObject({ anchor: 'stretch', order: 'bgr', scale: 1, mean: [0, 0, 0], deviation: [1, 1, 1] });
  const preprocessing = preprocessingOf(usual);
  expect([...normaliseBytes(Uint8Array.of(255, 7, 0), PIXEL, preprocessing)]).toEqual([0, 7, 255]);
});

describe('preprocessingOf', () => {
  it('is (byte * scale - mean) / deviation, by channel, for any settings', () => {
    const triple = (min: number, max: number) => {
      const one = fc.double({ min, max, noNaN: true });
      return fc.tuple(one, one, one);
    };
    const order = fc.constantFrom('rgb' as const, 'bgr' as const);
    const byte = fc.nat(255);
    const scale = fc.constantFrom(1, 1 / 255, 1 / 127.5);
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte), scale, triple(-2, 2), triple(0.1, 60), order, (bytes, ...settings) => {
        const [factor, mean, deviation, channels] = settings;
        const preprocessing = preprocessingOf({
          ...{ anchor: 'stretch', fill: [0, 0, 0], order: channels },
          ...{ scale: factor, mean, deviation },
        });
        const values = normaliseBytes(Uint8Array.from(bytes), PIXEL, preprocessing);
        const picture = channels === 'rgb' ? bytes : bytes.toReversed();
        for (const [channel, value] of values.entries()) {
          const expected = (picture[channel]! * factor - mean[channel]!) / deviation[channel]!;
          expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(expected)));
        }
      }),
    );
  });
});
