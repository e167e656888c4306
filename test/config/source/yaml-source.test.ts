import { describe, expect, test } from 'vitest';
import { ConfigError, formatProblem } from '../../../server/config/source/problem.js';
import { readYaml } from '../../../server/config/source/yaml-source.js';

const read = (text: string, env: Record<string, string> = {}) => readYaml(text, 'c.yaml', env);
const problems = (text: string, env?: Record<string, string>) => read(text, env).problems.sorted().map(formatProblem);
const refusal = (text: string) => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return undefined;
};

describe('values', () => {
  test('are those of YAML 1.2', () => {
    const text = 'a: 1\nb: 1.5\nc: true\nd: yes\ne: 3x3\nf: 010\ng: 12:30\nh: [x, null]\ni: "1"\n';
    expect(read(text).value).toEqual({
      a: 1,
      b: 1.5,
      c: true,
      d: 'yes',
      e: '3x3',
      f: 10,
      g: '12:30',
      h: ['x', null],
      i: '1',
    });
  });

  test('a key without a value is not given, and has a place all the same', () => {
    const { value, positions } = read('a:\n  b:\n  c: ~\n  d: 1\n');
    expect(value).toEqual({ a: { d: 1 } });
    expect(positions.has(['a', 'b'])).toBe(true);
    expect(positions.ofKey(['a', 'b'])).toEqual({ line: 2, column: 3 });
  });

  test('anchors and aliases', () => {
    expect(read('a: &x { n: 1 }\nb: *x\nc: [*x, *x]\n').value).toEqual({
      a: { n: 1 },
      b: { n: 1 },
      c: [{ n: 1 }, { n: 1 }],
    });
  });

  test('places, in Windows lines as well and after a byte order mark', () => {
    const { positions } = read('\uFEFFa: 1\r\nb:\r\n  - { c: 2 }\r\n');
    expect(positions.ofKey(['a'])).toEqual({ line: 1, column: 2 });
    expect(positions.ofValue(['b', 0, 'c'])).toEqual({ line: 3, column: 10 });
  });
});

describe('environment', () => {
  const env = { N: '2', WORD: 'pi', LIST: '[1, 2]', EMPTY: '' };

  test('what is put in is text: never a number yet, a list or a map', () => {
    const text = `a: \${N}\nb: '\${N}'\nc: [ "x\${N}" ]\nd: \${LIST}\ne: \${EMPTY}\nf: '\${EMPTY}'\ng: $\${N}\nh: ''\n`;
    const { value, expanded } = read(text, env);
    expect(value).toEqual({ a: '2', b: '2', c: ['x2'], d: '[1, 2]', g: `\${N}`, h: '' });
    expect(expanded).toEqual([['a'], ['b'], ['c', 0], ['d'], ['e'], ['f']]);
  });

  test('keys are not expanded', () => {
    expect(read(`\${WORD}: 1\n`, env).value).toEqual(JSON.parse(`{ "\${WORD}": 1 }`));
  });

  test('a variable that is not set is a problem at its value', () => {
    expect(problems(`a: 1\nb: 'http://\${NOPE}:\${ALSO}'\n`)).toEqual([
      'c.yaml:2:4 b: the environment variable NOPE is not set, the environment variable ALSO is not set ' +
        `(set it, or give a default: \${NOPE:-value}; set it, or give a default: \${ALSO:-value})`,
    ]);
  });
});

describe('mistakes', () => {
  test.each([
    ['a: 1\n b: 2\n', 'c.yaml:1:4 is not YAML: a key stands inside a value', 'give the next line the indentation'],
    ['a: b: 2\n', 'c.yaml:1:4 is not YAML: a key stands inside a value', 'give the next line the indentation'],
    ['a: [1, 2\n', 'c.yaml:2:1 ', 'fix the indentation'],
    ['a: "b\n', 'c.yaml:2:1 ', 'fix the indentation'],
    ['a:\n\tb: 1\n', 'c.yaml:2:1 ', 'indent with spaces'],
    ['a: 1\n---\nb: 1\n', 'c.yaml:2:1 a second YAML document starts here', 'remove the line ---'],
    ['[a]: 1\n', 'c.yaml:1:1 this key is not plain text', 'write one word before the colon'],
    [`a: { b: \${X} }\n`, 'c.yaml:1:', `put it in quotes: '\${NAME}'`],
  ])('syntax of %j', (text, start, remedy) => {
    const message = refusal(text);
    expect(message).toMatch(new RegExp(`^${start}`));
    expect(message).toContain(`(${remedy}`);
  });

  test.each([
    ['a: 1\nb: 2\na: 3\n', 'c.yaml:3:1 a: is given twice, first in line 1 (remove one of the two)'],
    ['a:\n  __proto__: { x: 1 }\n', 'c.yaml:2:3 a.__proto__: is not a key of cluster.yaml (remove it)'],
    ['a: *x\n', 'c.yaml:1:4 a: refers to *x, which is not defined before it (write the value out)'],
    ['a: &x [*x]\n', 'c.yaml:1:8 a[0]: contains itself (write the value out)'],
    [
      'a: !!binary aGk=\n',
      'c.yaml:1:13 a: has the tag "tag:yaml.org,2002:binary" (remove the tag; none are used here)',
    ],
    ['a: !x { b: 1 }\n', 'c.yaml:1:7 a: has the tag "!x" (remove the tag; none are used here)'],
  ])('%j', (text, line) => {
    expect(problems(text)).toEqual([line]);
  });

  test('a syntax error is told without its echoes', () => {
    expect(refusal(`a: { b: \${X} }\nc: 1\n`)?.split('\n')).toHaveLength(1);
    expect(refusal('a: "\\q"\nb: "\\q"\n')?.split('\n')).toHaveLength(2);
  });

  test('__proto__ changes nothing', () => {
    const { value } = read('__proto__: { polluted: 1 }\n');
    expect((value as Record<string, unknown>).polluted).toBeUndefined();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('a mistake in an anchored value is reported once, however often it is used', () => {
    expect(problems(`a: &x { b: '\${NOPE}' }\nc: *x\nd: *x\n`)).toHaveLength(1);
  });
});

describe('what is too much', () => {
  test('aliases that multiply', () => {
    const levels = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 9; i++) {
      levels.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
    }
    const started = performance.now();
    expect(problems(levels.join('\n')).join('\n')).toMatch(
      /larger or deeper than any cluster.yaml needs|one alias more/,
    );
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  // A megabyte of the first two ends the process when it reaches the YAML parser.
  test.each([
    '{',
    '[',
    '- ',
    '? ',
    'a: ',
    ']',
    '&a ',
    '*a ',
    '! ',
    ': ',
    'a,',
    '- a\n',
    '%Y\n',
    '"',
    '|\n ',
    '#\n',
    '\t',
  ])('half a megabyte of %j ends soon, in an answer', (part) => {
    const started = performance.now();
    const text = part.repeat(Math.floor(2 ** 19 / part.length));
    try {
      read(text);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('block maps deeper than anyone needs', () => {
    const nested = (levels: number) =>
      Array.from({ length: levels }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n');
    expect(problems(nested(100)).join('\n')).toContain('larger or deeper than any cluster.yaml needs');
    expect(refusal(nested(1200))).toMatch(/^c\.yaml:/);
  });
});
