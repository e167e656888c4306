import { describe, expect, it } from 'vitest';
import { byteSize, engineText, grid, milliseconds, sentence, summary } from '../../dashboard/src/format.js';

const plain = (text: string): string => text.replaceAll('\u202f', ' ');

const detection = (label: string, score: number) => ({
  label,
  classIndex: 0,
  score,
  box: { cx: 0.5, cy: 0.5, width: 0.1, height: 0.1 },
  pixels: { x: 0, y: 0, width: 10, height: 10 },
});

describe('numbers have units', () => {
  it.each([
    [0.04, '0 ms'],
    [41.53, '41.5 ms'],
    [214.4, '214 ms'],
    [1_234, '1.23 s'],
    [12_345, '12.3 s'],
  ])('%d ms is %s', (ms, text) => {
    expect(plain(milliseconds(ms))).toBe(text);
  });

  it.each([
    [812, '812 B'],
    [163_759, '160 KiB'],
    [20 * 1024 * 1024, '20 MiB'],
    [120_586_240, '115 MiB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(plain(byteSize(bytes))).toBe(text);
  });
});

it('an engine is told with its backend, where it has one', () => {
  expect(engineText({ name: 'onnxruntime', version: '1.30.0', threads: 2 })).toBe('onnxruntime 1.30.0, 2 threads');
  expect(engineText({ name: 'tfjs', version: '4.22.0', backend: 'wasm', threads: 1 })).toBe(
    'tfjs 4.22.0 (wasm), 1 thread',
  );
});

describe('summary', () => {
  it('counts by label, most frequent first', () => {
    const found = [detection('dog', 0.81), detection('face', 0.62), detection('face', 0.971)];
    expect(plain(summary(found))).toBe('2 × face (0.97 to 0.62), 1 × dog (0.81)');
    expect(summary([])).toBe('nothing found');
  });
});

it('a grid is read as it is said', () => {
  expect(plain(grid('3x5'))).toBe('3 × 5');
  expect(grid('per stage')).toBe('per stage');
});

it.each([
  ['tile 4 failed 3 times', 'Tile 4 failed 3 times.'],
  ['Is it on?', 'Is it on?'],
])('the detail "%s" becomes a sentence', (detail, text) => {
  expect(sentence(detail)).toBe(text);
});
