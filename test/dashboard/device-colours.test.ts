import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEVICE_COLOURS } from '../../dashboard/src/device-look.js';

type Triple = readonly [number, number, number];

const STYLES = join(import.meta.dirname, '../../dashboard/src/styles');
const DARK = '@media (prefers-color-scheme: dark)';

/** How far apart two colours are in OKLab; about 0.02 is the least difference that is seen between areas side by side. */
const LEAST_DISTANCE = 0.1;
/** As a person sees them who lacks one of the three kinds of cones; the letters tell the rest. */
const LEAST_DISTANCE_COLOUR_BLIND = 0.055;
/** WCAG 2.2: of graphics against what is around them, and of text. */
const [LEAST_GRAPHICS_CONTRAST, LEAST_TEXT_CONTRAST] = [3, 4.5];

/** Colour vision without one kind of cones, of linear RGB (Machado, Oliveira and Fernandes 2009, severity 1). */
const COLOUR_BLIND: Readonly<Record<string, readonly Triple[]>> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

function linearOf(hex: string): Triple {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

const dot = (row: Triple, value: Triple): number => row[0] * value[0] + row[1] * value[1] + row[2] * value[2];
const times = (matrix: readonly Triple[], value: Triple): Triple => [
  dot(matrix[0]!, value),
  dot(matrix[1]!, value),
  dot(matrix[2]!, value),
];

/** Linear RGB in OKLab (Ottosson 2020). */
function okLab(rgb: Triple): Triple {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  );
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones.map(Math.cbrt) as unknown as Triple,
  );
}

function distance(one: Triple, other: Triple): number {
  const [a, b] = [okLab(one), okLab(other)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function contrast(one: string, other: string): number {
  const luminance = (hex: string): number => dot([0.2126, 0.7152, 0.0722], linearOf(hex)) + 0.05;
  const [a, b] = [luminance(one), luminance(other)];
  return Math.max(a, b) / Math.min(a, b);
}

/** A theme's part of a style sheet. */
function partOf(file: string, theme: string): string {
  const [light, dark] = readFileSync(join(STYLES, file), 'utf8').split(DARK);
  return theme === 'light' ? light! : dark!;
}

function pairs<T>(values: readonly T[]): (readonly [T, T])[] {
  return values.flatMap((one, index) => values.slice(index + 1).map((other) => [one, other] as const));
}

describe.each(['light', 'dark'])('colours of devices, %s', (theme) => {
  const rules = [
    ...partOf('device-colours.css', theme).matchAll(/\.device-\d+ \{\s+--device: (#\w{6});\s+--on-device: (#\w{6});/g),
  ];
  const colours = rules.map(([, colour]) => colour!);
  const grounds = [...partOf('tokens.css', theme).matchAll(/--(?:background|surface|sunken): (#\w{6});/g)];

  it('are as many as the page gives out', () => {
    expect(new Set(colours).size).toBe(DEVICE_COLOURS);
  });

  it('are told apart', () => {
    const near = pairs(colours).filter(([a, b]) => distance(linearOf(a), linearOf(b)) < LEAST_DISTANCE);
    expect(near).toEqual([]);
  });

  it.each(Object.entries(COLOUR_BLIND))('are told apart with %s', (_name, matrix) => {
    const seen = (hex: string): Triple =>
      times(matrix, linearOf(hex)).map((value) => Math.max(0, value)) as unknown as Triple;
    const near = pairs(colours).filter(([a, b]) => distance(seen(a), seen(b)) < LEAST_DISTANCE_COLOUR_BLIND);
    expect(near).toEqual([]);
  });

  it('are seen on what lies below them, and letters upon them', () => {
    expect(grounds.length).toBeGreaterThan(1);
    for (const [, colour, letter] of rules) {
      for (const [, ground] of grounds) {
        expect(contrast(colour!, ground!), `${colour} on ${ground}`).toBeGreaterThanOrEqual(LEAST_GRAPHICS_CONTRAST);
      }
      expect(contrast(colour!, letter!), `${letter} on ${colour}`).toBeGreaterThanOrEqual(LEAST_TEXT_CONTRAST);
    }
  });
});
