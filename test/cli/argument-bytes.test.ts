import { expect, test } from 'vitest';
import { findArgument, pathArgument } from '../../server/cli/argument-bytes.js';

test('an argument that is no UTF-8 is found by what Node made of it', () => {
  const name = Buffer.from('/tmp/café.jpg', 'latin1');
  const line = Buffer.concat([Buffer.from('node\0main.js\0submit\0'), name, Buffer.from('\0--json\0')]);
  expect(findArgument(line, name.toString('utf8'))).toEqual(name);
  expect(findArgument(line, '/tmp/th\ufffd.jpg')).toBeNull();
});

test('every other argument stays as it is', () => {
  expect(pathArgument('/tmp/café.jpg')).toBe('/tmp/café.jpg');
  expect(pathArgument('/tmp/\ufffd.jpg')).toBe('/tmp/\ufffd.jpg');
});
