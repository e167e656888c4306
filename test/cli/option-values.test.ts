import { describe, expect, it } from 'vitest';
import { oneMoreTag } from '../../server/cli/option-values.js';

const EIGHT = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

describe('tags', () => {
  it('are collected, one from each option', () => {
    expect(oneMoreTag('night')).toEqual(['night']);
    expect(oneMoreTag('room:hall', ['night'])).toEqual(['night', 'room:hall']);
    expect(oneMoreTag('h', EIGHT.slice(0, 7))).toEqual(EIGHT);
  });

  it.each([
    ['a,b', [], 'up to 32 letters'],
    ['', [], 'up to 32 letters'],
    ['x'.repeat(33), [], 'up to 32 letters'],
    ['night', ['night'], 'given twice'],
    ['i', EIGHT, 'at most 8 tags'],
  ])('%j after %j is refused', (text, before, said) => {
    expect(() => oneMoreTag(text, before)).toThrow(said);
  });
});
