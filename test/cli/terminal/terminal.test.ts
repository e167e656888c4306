import { afterEach, expect, test, vi } from 'vitest';
import { reportError } from '../../../server/cli/terminal/report-error.js';
import { plainText, printJson, printLine, printWarning } from '../../../server/cli/terminal/terminal.js';
import { DeepThingsError } from '../../../server/errors.js';

const EVIL = 'a\u001b]0;title\u0007\u009b31m\u202eb';

/** What is written to a stream while `act` runs. */
function written(stream: 'stdout' | 'stderr', act: () => void): string {
  let text = '';
  const spy = vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  act();
  spy.mockRestore();
  return text;
}

afterEach(() => void vi.unstubAllEnvs());

test('no text that is printed has control characters', () => {
  expect(written('stdout', () => printLine(EVIL))).toBe('a?]0;title??31m?b\n');
  expect(written('stderr', () => printWarning(`${EVIL}\nmore`))).toBe('warning: a?]0;title??31m?b?more\n');
  expect(plainText('a\tb\nc')).toBe('a?b?c');
});

test('JSON has them as escapes, and means the same', () => {
  const text = written('stdout', () => printJson({ name: EVIL }));
  expect(/^[\n\x20-\x7e]*$/.test(text)).toBe(true);
  expect(JSON.parse(text)).toEqual({ name: EVIL });
});

test('an error is one line without a stack, whatever it is', () => {
  vi.stubEnv('DEEPTHINGS_DEBUG', '');
  const report = (error: unknown) => written('stderr', () => void reportError(error));
  expect(report(new DeepThingsError('DT_CFG_SYNTAX', `line 5: ${EVIL}`))).toBe('error: line 5: a?]0;title??31m?b\n');
  expect(report(Object.assign(new Error('EROFS: read-only, open x'), { code: 'EROFS' }))).toBe(
    'error: EROFS: read-only, open x: the file system is read-only: use another folder\n',
  );
  expect(report(new TypeError('x is no function\n at y'))).toMatch(
    /^error: unexpected: x is no function \(.*DEEPTHINGS_DEBUG=1.*\)\n$/,
  );
  expect(report('text')).toMatch(/^error: unexpected: text \(/);
  expect(report(null)).toMatch(/^error: unexpected: null \(/);
});

test('DEEPTHINGS_DEBUG=1 shows where it came from', () => {
  vi.stubEnv('DEEPTHINGS_DEBUG', '1');
  expect(written('stderr', () => void reportError(new TypeError('x')))).toMatch(/terminal\.test/);
});
