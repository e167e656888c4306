import { describe, expect, test } from 'vitest';
import { expandEnvironment } from '../../../server/config/source/environment.js';

const env = { HOST: 'pi-1', EMPTY: '', TRICK: `\${HOST}` };

describe('expandEnvironment', () => {
  test.each([
    ['plain text', 'plain text'],
    [`http://\${HOST}:8080`, 'http://pi-1:8080'],
    [`\${HOST}\${HOST}`, 'pi-1pi-1'],
    [`\${UNSET:-fallback}`, 'fallback'],
    [`\${EMPTY:-fallback}`, 'fallback'],
    [`\${HOST:-fallback}`, 'pi-1'],
    [`\${UNSET:-}`, ''],
    [`\${UNSET:-a:-b c}`, 'a:-b c'],
    [`\${EMPTY}`, ''],
    [`$\${HOST}`, `\${HOST}`],
    ['costs $5 and $HOST', 'costs $5 and $HOST'],
    [`\${TRICK}`, `\${HOST}`],
  ])('%j becomes %j', (text, expected) => {
    expect(expandEnvironment(text, env)).toMatchObject({ text: expected, problems: [] });
  });

  test('tells whether something was put in', () => {
    expect(expandEnvironment(`\${HOST}`, env).expanded).toBe(true);
    expect(expandEnvironment(`$\${HOST}`, env).expanded).toBe(false);
  });

  test('names every variable that is not set', () => {
    const { problems } = expandEnvironment(`\${A}-\${B}`, env);
    expect(problems).toEqual([
      { message: 'the environment variable A is not set', remedy: `set it, or give a default: \${A:-value}` },
      { message: 'the environment variable B is not set', remedy: `set it, or give a default: \${B:-value}` },
    ]);
  });

  test('does not take what every object inherits for a variable', () => {
    expect(expandEnvironment(`\${constructor}`, env).problems).toHaveLength(1);
  });

  test.each([`\${`, `\${}`, `\${HOST`, `\${1A}`, `\${A B}`, `\${A:b}`, `\${A:-\${HOST}}`])('refuses %j', (text) => {
    const { problems } = expandEnvironment(text, env);
    expect(problems).toHaveLength(1);
    expect(problems[0]!.message).toMatch(/^cannot read the reference/);
  });
});
