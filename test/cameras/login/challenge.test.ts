import { describe, expect, test } from 'vitest';
import { readChallenges } from '../../../server/cameras/login/challenge.js';

const read = (...lines: string[]) =>
  readChallenges(lines).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

describe('WWW-Authenticate', () => {
  test.each([
    ['one challenge', ['Digest realm="cam", nonce="a1"'], [['digest', { realm: 'cam', nonce: 'a1' }]]],
    [
      'two headers',
      ['Basic realm="cam"', 'digest realm="cam",nonce=a1'],
      [
        ['basic', { realm: 'cam' }],
        ['digest', { realm: 'cam', nonce: 'a1' }],
      ],
    ],
    [
      'several in one header',
      ['Negotiate, Digest realm="a, b", qop="auth,auth-int", Basic realm="c"'],
      [
        ['negotiate', {}],
        ['digest', { realm: 'a, b', qop: 'auth,auth-int' }],
        ['basic', { realm: 'c' }],
      ],
    ],
    [
      'escapes in quotes',
      ['Digest realm="say \\"hi\\\\\\"", nonce=""'],
      [['digest', { realm: 'say "hi\\"', nonce: '' }]],
    ],
    ['blanks around =, no comma', ['Digest realm = "x"  NONCE = "y"'], [['digest', { realm: 'x', nonce: 'y' }]]],
    ['a scheme alone', ['Basic'], [['basic', {}]]],
    ['a quote that is never closed', ['Digest realm="x, nonce'], [['digest', { realm: 'x, nonce' }]]],
    ['the first of two', ['Digest realm="x", realm="y"'], [['digest', { realm: 'x' }]]],
    ['nothing that can be read', ['', ',,=="', '"'], []],
  ])('%s', (_name, lines, challenges) => {
    expect(read(...lines)).toEqual(challenges);
  });

  test('a long line takes no long time', () => {
    expect(read(`Digest ${'a="\\'.repeat(10_000)}`)).toHaveLength(1);
  });
});
