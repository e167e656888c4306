import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createClient, type DeepThingsClient } from '../../client/client.js';
import { createUndiciTransport, type TransportTls } from '../../client/undici-transport.js';
import { startEdge } from '../../server/edge/edge-node.js';
import { keptLog } from '../node/log-lines.js';
import { SMALL, smallPicture } from '../node/small-cluster.js';
import { type Issued, putFile, TestAuthority } from '../support/certificates.js';
import { ANY_PORT, startTestCluster, type TestCluster, testConfig, waitUntil } from '../support/test-cluster.js';

const TOKEN = 'the-token-of-a-cluster-with-tls';

let folder: string;
let authority: TestAuthority;
let other: TestAuthority;
let me: Issued;
let stranger: Issued;
const closers: (() => unknown)[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deepthings-tls-'));
  authority = new TestAuthority();
  other = new TestAuthority('another authority');
  me = authority.issue({ name: 'client' });
  stranger = other.issue({ name: 'stranger' });
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string) => join(folder, name);

/** Writes what a cluster of two devices needs. @returns its `tls` section. */
function issueFiles(ca: TestAuthority, mutual: boolean, hosts?: readonly string[]): string {
  putFile(file('ca.crt'), ca.certificate);
  for (const node of ['gateway', 'e0', 'e1']) issueNode(node, ca, hosts);
  return `tls: { certificate: '${file('{node}.crt')}', key: '${file('{node}.key')}', ca: '${file('ca.crt')}', mutual: ${mutual} }`;
}

function issueNode(node: string, ca: TestAuthority, hosts?: readonly string[]): Issued {
  const issued = ca.issue({ name: node, ...(hosts && { hosts }) });
  putFile(file(`${node}.key`), issued.key);
  putFile(file(`${node}.crt`), issued.certificate);
  return issued;
}

/** A client that is closed when the test ends. */
function clientWith(address: string, tls: TransportTls): DeepThingsClient {
  const { transport, close } = createUndiciTransport({ tls });
  closers.push(close);
  return createClient({ baseUrl: address, transport, token: TOKEN });
}

async function submit(client: DeepThingsClient, strategy?: 'gang') {
  const body = { mediaType: 'image/jpeg', bytes: await smallPicture() };
  return (await client.call('submitFrame', { query: { wait: 30, ...(strategy && { strategy }) }, body })).json!;
}

/** A TLS connection of the test's own, and what it is sent. */
function tlsTo(address: string, options: ConnectionOptions) {
  const { hostname: host, port } = new URL(address);
  const socket = connectTls({ host, port: Number(port), rejectUnauthorized: false, ...options });
  closers.push(() => socket.destroy());
  return { socket, answer: answerOf(socket) };
}

/** All that comes until the connection ends, which no error disturbs. */
function answerOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  socket.on('error', () => {});
  return new Promise((resolve) => socket.once('close', () => resolve(text)));
}

const request = (path = '/livez', more = '') =>
  `GET ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${TOKEN}\r\n${more}\r\n`;
const closing = (path?: string) => request(path, 'connection: close\r\n');

/** What the certificate is called that a node shows to a new connection. */
async function serialShown(address: string): Promise<string> {
  const { socket } = tlsTo(address, { ca: authority.certificate });
  await once(socket, 'secureConnect');
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

describe.each([['with mutual', true] as const, ['without mutual', false] as const])('a cluster %s', (_name, mutual) => {
  let cluster: TestCluster;
  let log: ReturnType<typeof keptLog>;

  beforeAll(async () => {
    log = keptLog();
    const yaml = `${SMALL}\n${issueFiles(authority, mutual)}`;
    const tls = { ca: authority.certificate, ...me };
    cluster = await startTestCluster({ yaml, devices: 2, token: TOKEN, compute: true, tls, log: log.log });
  });
  afterAll(() => cluster?.stop());

  it('has the gateway in a gang', async () => {
    const frame = await submit(cluster.client, 'gang');
    expect(frame.state).toBe('complete');
    expect(Object.keys(frame.tiles.byDevice).sort()).toEqual(['e0', 'e1', 'gateway']);
  });

  it('finishes a frame, and every address is https', async () => {
    expect(await submit(cluster.client)).toMatchObject({ state: 'complete' });
    const nodes = [cluster.gateway, ...cluster.devices.values()];
    expect(nodes.map(({ address }) => address.slice(0, 8))).toEqual(['https://', 'https://', 'https://']);
    const { json } = await cluster.client.call('getCluster');
    expect(json!.devices.map(({ address, state }) => `${address.slice(0, 8)} ${state}`)).toEqual([
      'https:// live',
      'https:// live',
      'https:// live',
    ]);
  });

  it('says until when its certificates are valid, and counts what it sends', async () => {
    const { bytes } = await cluster.client.call('getMetrics');
    const text = Buffer.from(bytes).toString();
    const days = Number(/tls_certificate_expires_seconds\{certificate="own".*\} (\S+)/.exec(text)![1]) / 86_400;
    expect(days).toBeGreaterThan(364);
    expect(days).toBeLessThanOrEqual(365);
    expect(text).toMatch(/tls_certificate_expires_seconds\{certificate="ca"/);
    expect(Number(/deepthings_sent_bytes_total\{kind="control".*\} (\S+)/.exec(text)![1])).toBeGreaterThan(100);
    expect(log.lines.some(({ msg }) => /^valid until \d{4}-\d\d-\d\d, 36\d days$/.test(msg))).toBe(true);
  });

  it('does not say that every service of its machine is to be asked by https (HSTS)', async () => {
    const { socket, answer } = tlsTo(cluster.gateway.address, { ...clientOptions(me) });
    socket.write(closing());
    expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(await answer).not.toMatch(/strict-transport-security/i);
  });

  it('answers http with what is to be done, and serves none', async () => {
    for (const { address } of [cluster.gateway, ...cluster.devices.values()]) {
      const socket = connect(Number(new URL(address).port), '127.0.0.1');
      closers.push(() => socket.destroy());
      const answer = answerOf(socket);
      socket.write(closing('/cluster'));
      expect(await answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"DT_TLS_REQUIRED"[\s\S]*ask by https/);
    }
    const plain = clientWith(cluster.gateway.address.replace('https:', 'http:'), {});
    const body = { mediaType: 'image/jpeg', bytes: Buffer.alloc(1_000_000) };
    await expect(plain.call('submitFrame', { body })).rejects.toMatchObject({ status: 400, code: 'DT_TLS_REQUIRED' });
  });

  it('takes nothing older than TLS 1.2', async () => {
    const { socket, answer } = tlsTo(cluster.gateway.address, {
      ...clientOptions(me),
      ...{ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    });
    socket.write(closing());
    expect(await answer).toBe('');
  });

  it('is not believed by a client that trusts another authority', async () => {
    const client = clientWith(cluster.gateway.address, { ca: other.certificate, ...me });
    await expect(client.call('getLive')).rejects.toMatchObject({ code: 'SELF_SIGNED_CERT_IN_CHAIN' });
  });

  if (!mutual) {
    it('serves a client without a certificate, and one with another authority’s, by the token', async () => {
      const { address } = cluster.gateway;
      for (const own of [{}, stranger]) {
        expect(await submit(clientWith(address, { ca: authority.certificate, ...own }))).toMatchObject({
          state: 'complete',
        });
      }
    });
    return;
  }

  it('serves a client with a certificate of its authority', async () => {
    const client = clientWith(cluster.gateway.address, { ca: authority.certificate, ...me });
    expect(await submit(client)).toMatchObject({ state: 'complete' });
  });

  it.each([
    ['without a certificate', () => ({}), /got no certificate/],
    ['with one of another authority', () => stranger, /got the certificate of "stranger"/],
    ['with one that has expired', () => authority.issue({ name: 'late', days: -1 }), /"late" \(CERT_HAS_EXPIRED\)/],
  ])('refuses a client %s, and says why', async (_who, own, says) => {
    for (const { address } of [cluster.gateway, ...cluster.devices.values()]) {
      const client = clientWith(address, { ca: authority.certificate, ...own() });
      const refusal = { status: 403, code: 'DT_CERTIFICATE', message: expect.stringMatching(says) };
      await expect(client.call('getLive')).rejects.toMatchObject(refusal);
    }
    expect(log.lines.some(({ msg }) => msg.includes('refused: a program at 127.0.0.1 has shown'))).toBe(true);
  });

  it('refuses one that sends a lot at once', async () => {
    const client = clientWith(cluster.gateway.address, { ca: authority.certificate });
    const body = { mediaType: 'image/jpeg', bytes: Buffer.alloc(4_000_000) };
    await expect(client.call('submitFrame', { body })).rejects.toMatchObject({ code: 'DT_CERTIFICATE' });
  });

  it.each([
    ['TLSv1.2' as const, 'without a certificate', () => ({})],
    ['TLSv1.3' as const, 'without a certificate', () => ({})],
    ['TLSv1.2' as const, 'of another authority', () => clientOptions(stranger)],
    ['TLSv1.3' as const, 'of another authority', () => clientOptions(stranger)],
  ])('refuses %s %s also as the session that went on from one that was refused', async (maxVersion, _who, own) => {
    const options = { ...own(), maxVersion };
    let session: Buffer | undefined;
    const first = tlsTo(cluster.gateway.address, options);
    first.socket.on('session', (given: Buffer) => {
      session = given;
    });
    first.socket.write(closing('/cluster'));
    expect(await first.answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(session).toBeDefined();
    const second = tlsTo(cluster.gateway.address, { ...options, session: session! });
    await once(second.socket, 'secureConnect');
    // Else this test says nothing.
    expect(second.socket.isSessionReused()).toBe(true);
    second.socket.write(closing('/cluster'));
    expect(await second.answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*DT_CERTIFICATE/);
  });

  it('serves a session that goes on from one that was served', async () => {
    let session: Buffer | undefined;
    const first = tlsTo(cluster.gateway.address, clientOptions(me));
    first.socket.on('session', (given: Buffer) => {
      session = given;
    });
    first.socket.write(closing());
    expect(await first.answer).toMatch(/^HTTP\/1\.1 200 /);
    const second = tlsTo(cluster.gateway.address, { ...clientOptions(me), session: session! });
    await once(second.socket, 'secureConnect');
    expect(second.socket.isSessionReused()).toBe(true);
    second.socket.write(closing());
    expect(await second.answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('still wants the token', async () => {
    const { transport, close } = createUndiciTransport({ tls: { ca: authority.certificate, ...me } });
    closers.push(close);
    const client = createClient({ baseUrl: cluster.gateway.address, transport });
    await expect(client.call('getCluster')).rejects.toMatchObject({ status: 401 });
  });

  it('has said nothing of a key, whatever was refused', () => {
    const said = JSON.stringify(log.lines);
    expect(log.lines.length).toBeGreaterThan(10);
    expect(said).not.toContain('PRIVATE KEY');
    for (const { key } of [me, stranger]) expect(said).not.toContain(key.split('\n')[3]!);
  });
});

function clientOptions({ certificate, key }: Issued): ConnectionOptions {
  return { cert: certificate, key };
}

describe('certificates that are replaced while frames run', () => {
  let cluster: TestCluster;
  let log: ReturnType<typeof keptLog>;

  beforeAll(async () => {
    log = keptLog();
    const yaml = `${SMALL}\n${issueFiles(authority, true)}`;
    const tls = { ca: `${authority.certificate}${other.certificate}`, ...me };
    cluster = await startTestCluster({ yaml, devices: 2, token: TOKEN, tls, log: log.log });
  });
  afterAll(() => cluster?.stop());

  const nodes = () => [cluster.gateway, ...cluster.devices.values()];
  const readAgain = () => log.lines.filter(({ msg }) => msg === 'certificates read again').length;

  /** Until all three nodes have read what was changed. */
  async function afterChange(change: () => void): Promise<void> {
    const before = readAgain();
    change();
    await waitUntil(() => readAgain() >= before + 3);
  }

  it('keeps the old ones while a file is broken, and says which', async () => {
    const { address } = cluster.devices.get('e0')!;
    const before = await serialShown(address);
    for (const [name, text] of [
      ['e0.crt', '-----BEGIN CERTIFICATE-----\nhalf of'],
      ['e0.key', other.issue({ name: 'e0' }).key],
    ] as const) {
      const known = log.lines.length;
      putFile(file(name), text);
      await waitUntil(() => log.lines.slice(known).some(({ level }) => level === 50));
      const { msg } = log.lines.slice(known).find(({ level }) => level === 50)!;
      expect(msg).toContain('the certificates stay as they were');
      expect(msg).toContain(file(name.replace('key', 'crt')));
    }
    expect(await serialShown(address)).toBe(before);
    expect(await submit(cluster.client)).toMatchObject({ state: 'complete' });
    const known = readAgain();
    issueNode('e0', authority);
    await waitUntil(() => readAgain() > known);
    expect(await serialShown(address)).not.toBe(before);
  });

  it('loses nothing from one authority to another; then the old one opens nothing', async () => {
    const { address } = cluster.gateway;
    const before = await Promise.all(nodes().map((node) => serialShown(node.address)));
    const renewed = clientWith(address, { ca: other.certificate, ...stranger });
    const old = tlsTo(address, { ...clientOptions(me), maxVersion: 'TLSv1.3' });
    let session: Buffer | undefined;
    old.socket.on('session', (given: Buffer) => {
      session = given;
    });
    old.socket.write(request());
    await once(old.socket, 'data');

    const states: string[] = [];
    let done = false;
    const running = [0, 1].map(async () => {
      while (!done) states.push((await submit(cluster.client)).state);
    });
    await afterChange(() => putFile(file('ca.crt'), `${authority.certificate}${other.certificate}`));
    await afterChange(() => {
      for (const node of ['gateway', 'e0', 'e1']) issueNode(node, other);
    });
    const after = await Promise.all(nodes().map((node) => serialShown(node.address)));
    expect(after.filter((serial, i) => serial === before[i])).toEqual([]);
    expect(await submit(renewed)).toMatchObject({ state: 'complete' });
    done = true;
    await Promise.all(running);
    expect(states.length).toBeGreaterThan(10);
    expect(new Set(states)).toEqual(new Set(['complete']));

    await afterChange(() => putFile(file('ca.crt'), other.certificate));
    expect(await submit(renewed)).toMatchObject({ state: 'complete' });
    const { json } = await renewed.call('getCluster');
    expect(json!.devices.map(({ state }) => state)).toEqual(['live', 'live']);
    // What is open serves once more and ends; nothing of before is gone on with.
    old.socket.write(request());
    expect(await old.answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*HTTP\/1\.1 200 [\s\S]*connection: close/);
    for (const more of [{}, { session: session! }]) {
      const again = tlsTo(address, { ...clientOptions(me), ...more });
      again.socket.write(closing());
      expect(await again.answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*DT_CERTIFICATE/);
    }
  });
});

describe('a node whose certificate is of another authority', () => {
  it('is refused by a gateway with mutual, and is told why', async () => {
    const yaml = `${SMALL}\n${issueFiles(authority, true)}`;
    const tls = { ca: authority.certificate, ...me };
    const cluster = await startTestCluster({ yaml, devices: 1, token: TOKEN, tls });
    closers.push(() => cluster.stop());
    const { log, lines } = keptLog();
    issueNode('e1', other);
    const config = await testConfig(yaml, 2, cluster.gateway.address);
    const device = await startEdge({ config, device: 'e1', token: TOKEN, log, listen: ANY_PORT });
    closers.push(() => device.stop());
    await waitUntil(() => lines.some(({ msg }) => msg.startsWith('the gateway refuses this device')));
    const said = lines.map(({ msg }) => msg).join('\n');
    expect(said).toMatch(/the gateway refuses this device: expected a certificate.*got the certificate of "e1"/);
    expect(said).toContain(`${file('e1.crt')} is not signed by an authority in ${file('ca.crt')}`);
  });

  it('is not asked by the others, which say what is to be done; frames are finished without it', async () => {
    const yaml = `${SMALL}\n${issueFiles(authority, false)}`;
    issueNode('e1', other);
    const { log, lines } = keptLog();
    const tls = { ca: authority.certificate };
    const cluster = await startTestCluster({ yaml, devices: 2, token: TOKEN, tls, log });
    closers.push(() => cluster.stop());
    expect(await submit(cluster.client)).toMatchObject({ state: 'complete' });
    const { json } = await cluster.client.call('submitFrame', {
      query: { wait: 30, source: 'e1' },
      body: { mediaType: 'image/jpeg', bytes: await smallPicture() },
    });
    expect(json).toMatchObject({ state: 'complete' });
    const { address } = cluster.devices.get('e1')!;
    // Devices on any free port share one declared address here, and so a name.
    const text = new RegExp(`the certificate of e\\d at ${address} is not of an authority that is taken here`);
    await waitUntil(() => text.test(JSON.stringify(lines)));
  });
});
