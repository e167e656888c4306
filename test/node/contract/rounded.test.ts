import { expect, test } from 'vitest';
import { rounded } from '../../../server/node/contract/rounded.js';

test('times and scores are rounded wherever they are, and nothing else is', () => {
  const document = {
    totalMs: 12.3456,
    none: { fusedMs: null, name: 'Ms' },
    detections: [{ label: 'dog', score: 0.123456789, box: { cx: 0.123456789 } }],
    predictedMs: [1.25],
    bytes: 7,
  };
  expect(rounded(document)).toEqual({
    totalMs: 12.3,
    none: { fusedMs: null, name: 'Ms' },
    detections: [{ label: 'dog', score: 0.1235, box: { cx: 0.123456789 } }],
    predictedMs: [1.25],
    bytes: 7,
  });
  expect(document.totalMs).toBe(12.3456);
  expect(rounded(null)).toBe(null);
});
