import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shortNames } from '../../dashboard/src/short-names.js';

it.each([
  ['names that fit stay', ['kitchen', 'garage'], 7, ['kitchen', 'garage']],
  ['others are cut at their end', ['kitchen', 'livingroom', 'hall'], 6, ['kitch…', 'livin…', 'hall']],
  [
    'in the middle where their ends differ',
    ['camera-front-1', 'camera-front-2', 'pi'],
    8,
    ['camera…1', 'camera…2', 'pi'],
  ],
  ['before what differs in the middle', ['a-front-cam', 'a-rear-cam', 'a-roof-cam'], 4, ['…fr…', '…re…', '…ro…']],
  [
    'those that nothing tells apart are left out',
    ['a-roof-1-m', 'a-roof-2-m', 'b-roof-2-m', 'b'],
    4,
    ['', '', '…b-…', 'b'],
  ],
  ['a name that is another one cut', ['abcdefgh', 'abc…'], 4, ['ab…h', 'abc…']],
])('%s', (_name, names, characters, expected) => {
  expect([...shortNames(names, characters).values()]).toEqual(expected);
});

it('no two names become the same text, and none is too long', () => {
  const name = fc.stringMatching(/^(cam|pi|front|rear)?[a-z0-9-]{1,14}(-[ab]?[12])?$/);
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 16 }), fc.integer({ min: 2, max: 20 }), (names, characters) => {
      const short = shortNames(names, characters);
      const shown = [...short.values()].filter((text) => text !== '');
      expect(new Set(shown).size).toBe(shown.length);
      for (const [whole, text] of short) {
        expect(text.length).toBeLessThanOrEqual(characters);
        if (whole.length <= characters) expect(text).toBe(whole);
      }
    }),
  );
});
