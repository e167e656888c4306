import { expect, test } from 'vitest';
import { formatPath, isPrefix, PositionIndex } from '../../../server/config/source/position.js';

test.each([
  [['devices', 1, 'address'], 'devices[1].address'],
  [['a'], 'a'],
  [[], ''],
  [['a', 'b c', 'd'], 'a["b c"].d'],
  [['\n'], '["\\n"]'],
])('%j is written %s', (path, text) => {
  expect(formatPath(path)).toBe(text);
});

test('a path is a prefix of itself and of what is below it', () => {
  expect(isPrefix(['a', 1], ['a', 1])).toBe(true);
  expect(isPrefix(['a'], ['a', 1])).toBe(true);
  expect(isPrefix(['a', 1], ['a'])).toBe(false);
  expect(isPrefix(['b'], ['a', 1])).toBe(false);
});

test('what is not in the file stands where the nearest key above it does', () => {
  const positions = new PositionIndex();
  positions.add(['a'], { line: 4, column: 3 }, { line: 3, column: 1 });
  expect(positions.ofValue(['a'])).toEqual({ line: 4, column: 3 });
  expect(positions.ofKey(['a'])).toEqual({ line: 3, column: 1 });
  expect(positions.ofValue(['a', 'b', 'c'])).toEqual({ line: 3, column: 1 });
  expect(positions.ofKey(['z'])).toEqual({ line: 1, column: 1 });
});
