import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnvironmentTokens } from '../../server/cli/gateway/cluster-token.js';
import { ask, askPath } from '../node/ask.js';
import { keptLog } from '../node/log-lines.js';
import { SMALL, smallPicture } from '../node/small-cluster.js';
import { startTestCluster, type TestCluster, waitUntil } from '../support/test-cluster.js';

const OLD = 'the-old-token-of-the-cluster';
const NEW = 'the-new-token-of-the-cluster';
const READ = 'a-token-that-only-reads';
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const unusable = (says: RegExp) =>
  expect.objectContaining({ code: 'DT_TOKEN_UNUSABLE', message: expect.stringMatching(says) });

let folder: string;
let file: string;
let cluster: TestCluster | undefined;
let endFollowing: () => void = () => {};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deepthings-token-'));
  file = join(folder, 'token');
});
afterEach(async () => {
  endFollowing();
  endFollowing = () => {};
  await cluster?.stop();
  cluster = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function write(text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

describe('tokens of the environment', () => {
  it('are none, one, or two of which the first is sent', () => {
    expect(EnvironmentTokens.read({})).toBeNull();
    expect(EnvironmentTokens.read({ DEEPTHINGS_TOKEN: '' })).toBeNull();
    const tokens = EnvironmentTokens.read({ DEEPTHINGS_TOKEN: `${NEW}, ${OLD}`, DEEPTHINGS_READ_TOKEN: READ });
    expect(tokens!.current()).toEqual({ sent: NEW, accepted: [NEW, OLD], reading: [READ] });
  });

  it('may be in files, a line each', () => {
    write(`${NEW}\n${OLD}\n`);
    const tokens = EnvironmentTokens.read({ DEEPTHINGS_TOKEN_FILE: file })!;
    expect(tokens.current()).toEqual({ sent: NEW, accepted: [NEW, OLD], reading: [] });
  });

  it.each([
    ['one that is too short', { DEEPTHINGS_TOKEN: 'short' }, /5 characters.*deepthings token/],
    ['one with blanks', { DEEPTHINGS_TOKEN: 'sixteen letters or more' }, /without spaces/],
    ['three', { DEEPTHINGS_TOKEN: `${NEW},${OLD},${READ}` }, /3 tokens and may have 2/],
    ['one for reading alone', { DEEPTHINGS_READ_TOKEN: READ }, /set both/],
    ['one for reading that opens all', { DEEPTHINGS_TOKEN: OLD, DEEPTHINGS_READ_TOKEN: OLD }, /make another one/],
    ['a file that is not there', { DEEPTHINGS_TOKEN_FILE: '/nowhere/token' }, /\/nowhere\/token.*ENOENT/],
    ['a file that is endless', { DEEPTHINGS_TOKEN_FILE: process.execPath }, /too large/],
    ['both forms', { DEEPTHINGS_TOKEN: OLD, DEEPTHINGS_TOKEN_FILE: '/nowhere/token' }, /unset one/],
  ])('cannot be %s; the message does not say them', (_name, env, says) => {
    expect(() => EnvironmentTokens.read(env)).toThrow(unusable(says));
    expect(() => EnvironmentTokens.read(env)).not.toThrow(new RegExp(`${OLD}|${NEW}|${READ}|sixteen letters`));
  });

  it.skipIf(process.platform === 'win32')('are warned of when others can read their file', () => {
    write(OLD);
    const { log, lines } = keptLog();
    EnvironmentTokens.read({ DEEPTHINGS_TOKEN_FILE: file })!.follow(log)();
    expect(lines).toEqual([]);
    chmodSync(file, 0o640);
    EnvironmentTokens.read({ DEEPTHINGS_TOKEN_FILE: file })!.follow(log)();
    expect(lines.map(({ msg }) => msg).join()).toContain(`chmod 600 ${file}`);
  });

  it('stay as they were while their file is of no use', async () => {
    write(OLD);
    const { log, lines } = keptLog();
    const tokens = EnvironmentTokens.read({ DEEPTHINGS_TOKEN_FILE: file })!;
    endFollowing = tokens.follow(log, 20);
    for (const broken of ['', 'short']) {
      const before = lines.length;
      write(broken);
      await waitUntil(() => lines.length > before);
      expect(lines.at(-1)!.msg).toContain('stay as they were');
      expect(tokens.current().accepted).toEqual([OLD]);
    }
    write(NEW);
    await waitUntil(() => tokens.current().sent === NEW);
  });
});

it('a token is replaced while the cluster works: every step lets frames through, and the last one ends the old token', async () => {
  write(OLD);
  const tokens = EnvironmentTokens.read({ DEEPTHINGS_TOKEN_FILE: file })!;
  const { log } = keptLog();
  endFollowing = tokens.follow(log, 20);
  cluster = await startTestCluster({ yaml: SMALL, devices: 2, token: tokens });
  const { gateway } = cluster;
  const image = await smallPicture();
  const steps: [text: string, good: readonly string[], bad: readonly string[]][] = [
    [OLD, [OLD], [NEW]],
    [`${OLD}\n${NEW}`, [OLD, NEW], []],
    [`${NEW}\n${OLD}`, [OLD, NEW], []],
    [NEW, [NEW], [OLD]],
  ];
  for (const [text, good, bad] of steps) {
    write(text);
    await waitUntil(() => tokens.current().accepted.join('\n') === text);
    for (const token of bad) {
      expect((await ask(gateway.address, 'getCluster', { headers: bearer(token) })).status).toBe(401);
    }
    for (const token of good) {
      const question = { headers: bearer(token), query: 'wait=30', form: { image } };
      expect((await ask(gateway.address, 'submitFrame', question)).json().state).toBe('complete');
    }
  }
});

it('a token for reading opens what changes nothing, and none of what nodes say to each other', async () => {
  const tokens = EnvironmentTokens.read({ DEEPTHINGS_TOKEN: OLD, DEEPTHINGS_READ_TOKEN: READ })!;
  cluster = await startTestCluster({ yaml: SMALL, devices: 1, token: tokens });
  const image = await smallPicture();
  const asked = { headers: bearer(OLD), query: 'wait=30', form: { image } };
  const frame: string = (await ask(cluster.gateway.address, 'submitFrame', asked)).json().id;
  const headers = bearer(READ);
  for (const path of ['/cluster', '/plan', '/metrics', '/frames', `/frames/${frame}`, `/frames/${frame}/annotated`]) {
    expect([path, (await askPath(cluster.gateway.address, 'GET', path, { headers })).status]).toEqual([path, 200]);
  }
  expect((await askPath(cluster.gateway.address, 'GET', '/nothing', { headers })).status).toBe(404);
  for (const node of [cluster.gateway.address, cluster.devices.get('e0')!.address]) {
    const refused = [
      await ask(node, 'submitFrame', { headers, form: { image } }),
      await ask(node, 'deleteFrame', { headers, path: { frame } }),
      await ask(node, 'register', { headers, json: { kind: 'gateway', epoch: 'zz' } }),
      await ask(node, 'stealTask', { headers, json: { thief: 'e0', sequence: 1 } }),
      await ask(node, 'getOverlap', { headers, path: { frame, tile: 0 }, query: 'regions=0:0,0,1,1' }),
      await ask(node, 'getFrameInput', { headers, path: { frame }, query: 'region=0,0,1,1' }),
      await askPath(node, 'POST', '/nothing', { headers }),
    ];
    expect(new Set(refused.map((reply) => `${reply.status} ${reply.json().code}`))).toEqual(
      new Set(['403 DT_READ_ONLY']),
    );
  }
});
