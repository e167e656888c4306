import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EnvironmentTokens } from '../../server/cli/gateway/cluster-token.js';
import { runCli, temporaryFolder } from './running-cli.js';

describe('deepthings token', () => {
  it('makes another one each time, which a node takes', async () => {
    const [first, second] = await Promise.all([runCli(['token']), runCli(['token'])]);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).not.toBe(second.stdout);
    expect(EnvironmentTokens.read({ DEEPTHINGS_TOKEN: first.stdout })!.current().sent).toMatch(/^[\w-]{32}$/);
  });

  it('writes it to a file for its owner alone, and over none', async () => {
    const file = join(temporaryFolder(), 'token');
    const written = await runCli(['token', '--file', file]);
    expect(written.code).toBe(0);
    const token = readFileSync(file, 'utf8');
    expect(written.stdout + written.stderr).not.toContain(token.trim());
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const again = await runCli(['token', '--file', file]);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('there already');
    expect(readFileSync(file, 'utf8')).toBe(token);
  });
});
