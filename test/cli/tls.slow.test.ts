import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { samplePhotoPath } from '../../server/imaging/sample-photos.js';
import { SMALL } from '../node/small-cluster.js';
import { type Issued, putFile, TestAuthority } from '../support/certificates.js';
import { freePorts } from '../support/process-cluster.js';
import { waitUntil } from '../support/test-cluster.js';
import { tilesByDefault } from '../support/tiles-by-default.js';
import { type RunningCli, runCli, startCli } from './running-cli.js';

const TOKEN = 'the-token-of-a-cluster-with-tls';
const env = { DEEPTHINGS_TOKEN: TOKEN };
const photo = samplePhotoPath('sample1.jpg');

let folder: string;
let yaml: string;
let authority: TestAuthority;
let up: RunningCli;
let gateway: string;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'deepthings-tls-'));
  authority = new TestAuthority();
  putFile(file('tls/ca.crt'), authority.certificate);
  for (const node of ['gateway', 'e0', 'client']) write(node, authority.issue({ name: node }));
  const [first, second] = await freePorts(2);
  gateway = `https://127.0.0.1:${first}`;
  yaml = file('cluster.yaml');
  const tls = "tls: { certificate: 'tls/{node}.crt', key: 'tls/{node}.key', ca: tls/ca.crt, mutual: true }";
  const nodes = `gateway: { address: '${gateway}' }\ndevices: [{ id: e0, address: 'https://127.0.0.1:${second}' }]`;
  writeFileSync(yaml, `${tilesByDefault(SMALL)}\n${tls}\nstore: { path: memory }\n${nodes}\n`);
  up = startCli(['up', '-c', yaml], { env });
  await waitUntil(() => up.printed.stdout.includes('Ctrl-C ends') || up.child.exitCode !== null, 60_000);
}, 90_000);
afterAll(async () => {
  up?.child.kill('SIGINT');
  await up?.ended;
  rmSync(folder, { recursive: true, force: true });
});

function write(node: string, { certificate, key }: Issued): void {
  putFile(file(`tls/${node}.crt`), certificate);
  putFile(file(`tls/${node}.key`), key);
}

describe('deepthings up', { timeout: 60_000 }, () => {
  test('starts nodes that speak https, waits for them, and says how curl asks them', () => {
    expect(up.printed.stderr).toBe('');
    expect(up.printed.stdout).toContain(`${gateway}/`);
    const options = ['ca.crt', 'client.crt', 'client.key'].map((name) => `\\S*${name}`);
    expect(up.printed.stdout).toMatch(
      new RegExp(
        `curl .*--cacert ${options[0]} --cert ${options[1]} --key ${options[2]} -F image=@\\S+sample6.jpg '${gateway}/`,
      ),
    );
  });

  test('finds a node ready that it has started again, with the certificates of then', async () => {
    write('e0', authority.issue({ name: 'e0' }));
    const pid = Number(/^ *e0 +https:\S+ +(\d+) /m.exec(up.printed.stdout)![1]);
    process.kill(pid, 'SIGKILL');
    await waitUntil(() => /e0 .*is ready again/.test(up.printed.stderr), 30_000);
  });

  test('starts nothing without what every node needs, and names it', async () => {
    const other = file('other');
    mkdirSync(other);
    cpSync(yaml, join(other, 'cluster.yaml'));
    cpSync(file('tls'), join(other, 'tls'), { recursive: true });
    rmSync(join(other, 'tls/e0.key'));
    cpSync(file('tls/e0.key'), join(other, 'tls/gateway.key'));
    const { code, stderr } = await runCli(['up', '-c', join(other, 'cluster.yaml')], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/the key \S*gateway\.key is not that of the certificate \S*gateway\.crt/);
    expect(stderr).toMatch(/the key \S*e0\.key cannot be read: ENOENT/);
    const node = await runCli(['edge', 'e0', '-c', join(other, 'cluster.yaml')], { env });
    expect(node.code).toBe(2);
    expect(node.stderr).toMatch(/the key \S*e0\.key cannot be read: ENOENT/);
  });
});

describe('commands that ask', { timeout: 60_000 }, () => {
  test.each([
    ['submit', ['submit', photo], /sample1\.jpg/],
    ['drain', ['drain', 'e0', '--resume'], /device e0 serves/],
    ['watch', ['watch', join(photo, '..'), '--once', '--json'], /sample1\.jpg/],
    ['plan', ['plan', '--compare'], /measured/],
  ])('%s show the certificate that cluster.yaml names for the client', async (_name, args, says) => {
    const { code, stdout, stderr } = await runCli([...args, '-c', yaml], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringMatching(/error/) });
    expect(stdout).toMatch(says);
  });

  const named = (...options: string[]) => ['submit', photo, '--gateway', gateway, ...options];
  const own = () => ['--cert', file('tls/client.crt'), '--key', file('tls/client.key')];

  test('take files by options where the gateway is named', async () => {
    const { code, stderr } = await runCli(named('--ca', file('tls/ca.crt'), ...own()), { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('take the authority that Node.js is told of', async () => {
    const told = { ...env, NODE_EXTRA_CA_CERTS: file('tls/ca.crt') };
    const { code, stderr } = await runCli(named(...own()), { env: told });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test.each([
    ['no authority', () => named(...own()), 1, /certificate of the gateway at \S+ is not of an authority.*--ca/],
    [
      'no certificate',
      () => named('--ca', file('tls/ca.crt')),
      1,
      /got no certificate.*--cert and --key.*\(403 DT_CERTIFICATE\)/,
    ],
    [
      'http to its https port',
      () => ['submit', photo, '--gateway', gateway.replace('https', 'http')],
      1,
      /this port speaks https.*\(400 DT_TLS_REQUIRED\)/,
    ],
    [
      'an authority for http',
      () => ['submit', photo, '--gateway', gateway.replace('https', 'http'), '--ca', file('tls/ca.crt')],
      2,
      /--ca, --cert and --key are for https/,
    ],
    ['a key alone', () => named('--key', file('tls/client.key')), 2, /--key needs --cert/],
    ['a file that is not there', () => named('--ca', '/nowhere/ca.crt'), 2, /authority \/nowhere\/ca\.crt .*ENOENT/],
  ])('say what is missing: %s', async (_what, args, code, says) => {
    const ended = await runCli(args(), { env });
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(says);
  });
});

test('deepthings config check says until when certificates are valid, and what nodes would be refused for', async () => {
  const fine = await runCli(['config', 'check', '-c', yaml]);
  expect(fine).toMatchObject({ code: 0, stderr: '' });
  expect(fine.stdout).toMatch(/gateway: valid until 20\d\d-\d\d-\d\d, 36\d days\n {2}e0: valid until/);
  const other = file('check');
  mkdirSync(other);
  cpSync(yaml, join(other, 'cluster.yaml'));
  cpSync(file('tls/ca.crt'), join(other, 'tls/ca.crt'));
  const { certificate, key } = authority.issue({ name: 'gateway', hosts: ['pi.lan'], days: -1 });
  putFile(join(other, 'tls/gateway.crt'), certificate);
  putFile(join(other, 'tls/gateway.key'), key);
  const wrong = await runCli(['config', 'check', '-c', join(other, 'cluster.yaml')]);
  expect(wrong.code).toBe(0);
  expect(wrong.stdout).toContain('e0: no certificate and key on this machine');
  expect(wrong.stderr).toMatch(/warning: \S*gateway\.crt has expired/);
  expect(wrong.stderr).toMatch(/warning: \S*gateway\.crt is not for 127\.0\.0\.1/);
  putFile(join(other, 'tls/gateway.key'), 'nothing');
  const broken = await runCli(['config', 'check', '-c', join(other, 'cluster.yaml')]);
  expect(broken.code).toBe(2);
  expect(broken.stderr).toMatch(/gateway\.key has no private key in it/);
});
