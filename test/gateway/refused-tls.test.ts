import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { startEdge } from '../../server/edge/edge-node.js';
import { startGateway } from '../../server/gateway/gateway-node.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { SMALL } from '../node/small-cluster.js';
import { putFile, TestAuthority } from '../support/certificates.js';
import { ANY_PORT, silent, testConfig, waitUntil } from '../support/test-cluster.js';

const TOKEN = 'right';
const YAML = `${SMALL}\nschedule: { heartbeat: { intervalMs: 200, lostAfterMs: 2000 } }`;

const logged: { readonly msg?: string }[] = [];
const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
const nodes: RunningNode[] = [];
let folder: string;
let gateway: RunningNode;

const file = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deepthings-refused-'));
  const authority = new TestAuthority('ours');
  const other = new TestAuthority('another authority');
  putFile(file('ours.ca'), authority.certificate);
  putFile(file('other.ca'), other.certificate);
  putFile(file('both.ca'), authority.certificate + other.certificate);
  const issue = (name: string, by: TestAuthority, hosts?: readonly string[]) => {
    const { certificate, key } = by.issue({ name: 'e0', ...(hosts && { hosts }) });
    putFile(file(`${name}.crt`), certificate);
    putFile(file(`${name}.key`), key);
  };
  issue('right', authority);
  issue('elsewhere', authority, ['192.0.2.11']);
  issue('strange', other);
});
afterEach(async () => {
  for (const node of nodes.splice(0).reverse()) await node.stop();
  logged.length = 0;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A section `tls` with one of the certificates above. */
function tls(certificate: string, ca = 'ours', mutual = false): string {
  const own = `certificate: '${file(`${certificate}.crt`)}', key: '${file(`${certificate}.key`)}'`;
  return `\ntls: { ${own}, ca: '${file(`${ca}.ca`)}', mutual: ${mutual} }`;
}

async function startGatewayWith(section: string): Promise<void> {
  const config = await testConfig(YAML + section, 1, 'https://127.0.0.1:65535');
  gateway = await startGateway({ config, token: TOKEN, log, listen: ANY_PORT });
  nodes.push(gateway);
}

/** @param section its own `tls`; without one it speaks http. */
async function startDevice(section: string): Promise<void> {
  const address = section === '' ? gateway.address.replace('https', 'http') : gateway.address;
  const config = await testConfig(YAML + section, 1, address);
  nodes.push(await startEdge({ config, device: 'e0', token: TOKEN, log: silent, listen: ANY_PORT }));
}

async function state(): Promise<Schemas['ClusterState']> {
  const { body } = await gateway.app.inject({ url: '/cluster', headers: { authorization: `Bearer ${TOKEN}` } });
  return JSON.parse(body);
}

/** What is shown on the only device, once it is not only that it has not come yet. */
async function shownOnDevice(): Promise<string> {
  const problem = async () => (await state()).devices[0]!.problem ?? '';
  await waitUntil(async () => !/^(not seen yet.*)?$/.test(await problem()));
  return problem();
}

const timesLogged = (text: RegExp) => logged.filter(({ msg }) => text.test(msg ?? '')).length;

describe('a device that does not come through TLS is shown, with what to do', () => {
  it('speaks http to a gateway that speaks https', async () => {
    await startGatewayWith(tls('right'));
    await startDevice('');
    expect(await shownOnDevice()).toMatch(
      /^a program at 127\.0\.0\.1 speaks http to .*same tls section in cluster\.yaml/,
    );
    expect((await state()).problems).toMatchObject([{ code: 'DT_TLS_REQUIRED', address: '127.0.0.1', device: null }]);
    expect(timesLogged(/speaks http to this node/)).toBe(1);
  });

  it('has the certificate of another authority', async () => {
    await startGatewayWith(tls('right', 'ours', true));
    await startDevice(tls('strange', 'both', true));
    expect(await shownOnDevice()).toMatch(
      /^a program at 127\.0\.0\.1 has shown the certificate of "e0" .*give it tls\./,
    );
    expect((await state()).problems).toMatchObject([{ code: 'DT_CERTIFICATE', address: '127.0.0.1' }]);
    expect(timesLogged(/has shown the certificate of "e0"/)).toBe(1);
  });

  it('does not take the gateway’s certificate, and hangs up without a word', async () => {
    await startGatewayWith(tls('right'));
    await startDevice(tls('strange', 'other'));
    expect(await shownOnDevice()).toMatch(
      /^a program at 127\.0\.0\.1 .*does not take this node's certificate.*same authority \(tls\.ca\)/,
    );
    expect((await state()).problems).toMatchObject([{ code: 'DT_TLS_HANDSHAKE', address: '127.0.0.1' }]);
    expect(timesLogged(/does not take this node's certificate/)).toBe(1);
  });

  it('has a certificate for another address', async () => {
    await startGatewayWith(tls('right'));
    await startDevice(tls('elsewhere'));
    expect(await shownOnDevice()).toMatch(
      /the gateway does not reach it at https.* is for another name .*192\.0\.2\.11.*subjectAltName=IP:127\.0\.0\.1$/,
    );
    expect(timesLogged(/device e0 registers, and the gateway does not reach it/)).toBe(1);
  });
});

it('a program that has TLS 1.1 is shown with its address; one that sends nothing, or is let in, is not', async () => {
  await startGatewayWith(tls('right'));
  const { hostname: host, port } = new URL(gateway.address);
  const open = (of: () => ReturnType<typeof connectPlain>) => {
    const socket = of();
    socket.on('error', () => {});
    return new Promise<void>((closed) => socket.once('close', () => closed()).resume());
  };
  const welcome = connect({ host, port: Number(port), rejectUnauthorized: false }, () => {
    welcome.end('GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n');
  });
  await open(() => welcome);
  const mute = connectPlain({ host, port: Number(port) }, () => mute.destroy());
  await open(() => mute);
  expect((await state()).problems).toEqual([]);
  // A hello of TLS 1.1 without anything more.
  const old = Buffer.from(`160301002d01000029030200${'00'.repeat(31)}000002002f0100`, 'hex');
  await open(() => {
    const socket = connectPlain({ host, port: Number(port) }, () => socket.write(old));
    return socket;
  });
  await waitUntil(async () => (await state()).problems!.length > 0);
  expect((await state()).problems).toMatchObject([
    { code: 'DT_TLS_HANDSHAKE', address: '127.0.0.1', detail: expect.stringContaining('it needs TLS 1.2 or newer') },
  ]);
});
