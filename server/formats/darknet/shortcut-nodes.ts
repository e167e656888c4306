import { addActivated, addIntegers, addNode, mapName, type Place } from './graph-draft.js';
import type { ShortcutLayer } from './layers.js';
import { sampleStride } from './merged-shapes.js';

/** Adds maps to the layer's input, of each what fits. */
export function addShortcut(place: Place, layer: ShortcutLayer, sources: readonly string[]): void {
  const { index, parts } = place;
  const { channels } = layer.input;
  const fitting = sources.map((source, i) => addSample(place, layer, source, i));
  const channelsOf = (name: string) => parts.values.get(name)!.shape[1]!;
  const whole = fitting.filter((name) => channelsOf(name) === channels);
  const partial = fitting.filter((name) => channelsOf(name) < channels);
  let sum = mapName(index);
  for (const [i, name] of partial.entries()) sum = addToFirstChannels(place, sum, name, i);
  const operator = whole.length === 0 ? 'Identity' : whole.length === 1 ? 'Add' : 'Sum';
  addActivated(place, layer.activation, 'shortcut', { operator }, [sum, ...whole]);
}

/** @returns the part of a map that has no more cells and channels than the layer's input. */
function addSample(place: Place, { input }: ShortcutLayer, source: string, i: number): string {
  const { index, parts } = place;
  const { shape, type } = parts.values.get(source)!;
  const [, channels, height, width] = shape as [number, number, number, number];
  const stride = sampleStride(height, input.height);
  const isWhole = channels <= input.channels && height === input.height && width === input.width;
  if (isWhole) return source;
  const sampled = [1, Math.min(channels, input.channels), input.height, input.width];
  const [, depth, rows, columns] = sampled as [number, number, number, number];
  const starts = addIntegers(place, 'sample starts', [0, 0, 0]);
  const ends = addIntegers(place, `sample ends ${i}`, [depth, (rows - 1) * stride + 1, (columns - 1) * stride + 1]);
  const axes = addIntegers(place, 'sample axes', [1, 2, 3]);
  const steps = addIntegers(place, `sample steps ${i}`, [1, stride, stride]);
  const sample = `${mapName(index + 1)} sample ${i}`;
  addNode(place, `shortcut sample ${i}`, { operator: 'Slice' }, [source, starts, ends, axes, steps], sample, {
    type,
    shape: sampled,
  });
  return sample;
}

/** Adds a map of fewer channels to the first channels of another; the rest stays. */
function addToFirstChannels(place: Place, sum: string, part: string, i: number): string {
  const { index, layer, parts } = place;
  const { shape, type } = parts.values.get(part)!;
  const depth = shape[1]!;
  const { channels } = layer.input;
  const output = mapName(index + 1);
  const [first, rest, added, joined] = ['first', 'rest', 'added', 'joined'].map((what) => `${output} ${what} ${i}`) as [
    string,
    string,
    string,
    string,
  ];
  const range = (from: number, to: number) =>
    [from, to, 1].map((number) => addIntegers(place, `channels ${number}`, [number]));
  const restShape = { type, shape: shape.with(1, channels - depth) };
  addNode(place, `shortcut first ${i}`, { operator: 'Slice' }, [sum, ...range(0, depth)], first, { type, shape });
  addNode(place, `shortcut rest ${i}`, { operator: 'Slice' }, [sum, ...range(depth, channels)], rest, restShape);
  addNode(place, `shortcut added ${i}`, { operator: 'Add' }, [first, part], added, { type, shape });
  const join = { operator: 'Concat', attributes: { axis: { integer: 1 } } };
  addNode(place, `shortcut joined ${i}`, join, [added, rest], joined);
  return joined;
}
