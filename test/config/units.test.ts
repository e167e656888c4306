import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BYTE_SIZE_PATTERN, formatByteSize, parseByteSize } from '../../server/config/units.js';

test.each([
  [7, 7],
  ['7', 7],
  ['512KiB', 524_288],
  ['20MiB', 20_971_520],
  ['1GiB', 1_073_741_824],
])('%j is %d bytes', (size, bytes) => {
  expect(parseByteSize(size)).toBe(bytes);
});

test.each(['20MB', '20 MiB', '1.5MiB', 'MiB', '-1KiB', '20mib', ''])('the schema refuses %j', (size) => {
  expect(size).not.toMatch(new RegExp(BYTE_SIZE_PATTERN));
});

test('formatting and parsing are inverse', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 45 }), (bytes) => {
      const text = formatByteSize(bytes);
      expect(text).toMatch(new RegExp(BYTE_SIZE_PATTERN));
      expect(parseByteSize(text)).toBe(bytes);
    }),
  );
  expect([0, 1536, 2048, 2 ** 30].map(formatByteSize)).toEqual(['0', '1536', '2KiB', '1GiB']);
});
