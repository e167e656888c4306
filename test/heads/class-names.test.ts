import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COCO_ID_LABELS, parseClassNames } from '../../server/heads/recognise/class-names.js';

describe('parseClassNames', () => {
  it.each([
    [`{0: 'person', 1: "driver's cab"}`, ['person', "driver's cab"]],
    [`{0:'a',1:'b',}`, ['a', 'b']],
    [` { 0 : 'it\\'s' ,\n1 : "a \\"b\\" \\\\ c" } `, ["it's", 'a "b" \\ c']],
    [`{0: 'caf\\xe9', 1: '\\u732b', 2: 'né, {1: }'}`, ['café', '猫', 'né, {1: }']],
    [`['cat', "dog"]`, ['cat', 'dog']],
  ])('reads %s', (text, names) => {
    expect(parseClassNames(text)).toEqual(names);
  });

  it.each([
    ['nothing', ''],
    ['no names', '{}'],
    ['an empty list', '[]'],
    ['something else', 'person'],
    ['code', `__import__('os').system('true')`],
    ['code as a name', `{0: open('x')}`],
    ['an end that is missing', `{0: 'a'`],
    ['an end that is missing after a comma', `{0: 'a', `],
    ['a string without an end', `{0: 'a}`],
    ['another bracket', `{0: 'a']`],
    ['something after the end', `{0: 'a'} + {1: 'b'}`],
    ['two dicts', `{0: 'a'}{1: 'b'}`],
    ['a gap', `{0: 'a', 2: 'b'}`],
    ['a number twice', `{0: 'a', 0: 'b'}`],
    ['another first number', `{1: 'a'}`],
    ['a negative number', `{-1: 'a'}`],
    ['names as keys', `{'a': 0}`],
    ['a key like an object’s', `{__proto__: 'a'}`],
    ['an empty name', `{0: ''}`],
    ['a blank name', `['a', ' ']`],
    ['a control character', `{0: 'a\nb'}`],
    ['an escaped control character', `{0: 'a\\x1b[31m'}`],
    ['an escape that is not known', `{0: 'a\\N{BULLET}'}`],
    ['a long name', `{0: '${'a'.repeat(257)}'}`],
    ['a long text', `{0: '${'a'.repeat(1 << 20)}'}`],
    ['many names', `[${"'a',".repeat(20_001)}]`],
    ['a deep list', '['.repeat(100_000)],
  ])('refuses %s', (_, text) => {
    expect(() => parseClassNames(text)).toThrow(expect.objectContaining({ code: 'DT_MODEL_CLASS_NAMES' }));
  });

  it('reads what Python writes of any names', () => {
    const name = fc
      .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
      .filter((text) => text.trim() !== '' && !/\p{Cc}/u.test(text));
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 30 }), (names) => {
        // Python's repr: single quotes, unless the text has these and no double ones.
        const repr = (text: string) => {
          const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
          return `${quote}${text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)}${quote}`;
        };
        expect(parseClassNames(`{${names.map((text, index) => `${index}: ${repr(text)}`).join(', ')}}`)).toEqual(names);
      }),
    );
  });

  it('ends with names or a refusal, soon, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...`{}[]'",: \\01ax`), { maxLength: 60 }), (characters) => {
        try {
          expect(parseClassNames(characters.join('')).length).toBeGreaterThan(0);
        } catch (cause) {
          expect(cause).toMatchObject({ code: 'DT_MODEL_CLASS_NAMES' });
        }
      }),
    );
    for (const text of [`{0: '${'\\'.repeat(1 << 19)}`, `{${' '.repeat(1 << 19)}`, `{0: 'a'${' '.repeat(1 << 19)}`]) {
      expect(() => parseClassNames(text)).toThrow();
    }
  });
});

describe('COCO_ID_LABELS', () => {
  it('has COCO’s names at COCO’s ids', () => {
    expect(COCO_ID_LABELS).toHaveLength(91);
    const at = (id: number) => COCO_ID_LABELS[id];
    expect([1, 11, 12, 13, 25, 27, 44, 46, 90].map(at)).toEqual([
      ...['person', 'fire hydrant', 'class 12', 'stop sign', 'giraffe', 'backpack', 'bottle', 'wine glass'],
      'toothbrush',
    ]);
  });
});
