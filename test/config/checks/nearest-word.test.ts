import { expect, test } from 'vitest';
import { nearestWord } from '../../../server/config/checks/nearest-word.js';

const known = ['grid', 'fusedDepth', 'threads', 'id'];

test.each([
  ['gird', 'grid'],
  ['Grid', 'grid'],
  ['fused_depth', 'fusedDepth'],
  ['fused-dept', 'fusedDepth'],
  ['thread', 'threads'],
  ['ids', 'id'],
  ['threadsPerDevice', 'threads'],
  ['fused', 'fusedDepth'],
  ['tiles', undefined],
  ['xy', undefined],
  ['', undefined],
  ['idx'.repeat(100), undefined],
])('%s is meant to be %s', (word, meant) => {
  expect(nearestWord(word, known)).toBe(meant);
});
