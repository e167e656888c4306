import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readmeCommands } from '../../scripts/readme-commands.mjs';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

describe('readmeCommands', () => {
  it('finds what a stranger runs first: the cluster, then the tests', () => {
    const commands = readmeCommands(README, 'Try it');
    expect(commands[0]).toBe('npm ci && npm start');
    expect(commands.at(-1)).toBe('npm ci && npm test');
  });

  it('takes blocks of sh of that section alone, with all their lines', () => {
    const text = '# A\n## Try it\n```sh\na\nb\n```\n```yaml\nc\n```\n```sh\nd\n```\n## More\n```sh\ne\n```\n';
    expect(readmeCommands(text, 'Try it')).toEqual(['a\nb', 'd']);
  });

  it('says what is missing', () => {
    expect(() => readmeCommands('# A\n', 'Try it')).toThrow('no section "Try it"');
    expect(() => readmeCommands('## Try it\nnothing\n', 'Try it')).toThrow('no block of sh');
  });
});
