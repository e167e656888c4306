import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../../../server/node/observe/metrics.js';
import { NodeTls } from '../../../server/node/tls/node-tls.js';
import { readTlsMaterial } from '../../../server/node/tls/tls-material.js';
import { peerRemarks, timeRemark, validityOf } from '../../../server/node/tls/tls-remarks.js';
import { type Issued, TestAuthority } from '../../support/certificates.js';
import { waitUntil } from '../../support/test-cluster.js';
import { keptLog } from '../log-lines.js';

const DAY_MS = 86_400_000;

let folder: string;
let authority: TestAuthority;
let other: TestAuthority;
let own: Issued;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deepthings-certificates-'));
  authority = new TestAuthority();
  other = new TestAuthority('another authority');
  own = authority.issue({ name: 'e0' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Files with these texts; null: there is none. */
function filesOf(certificate: string | null, key: string | null, ca: string | null = authority.certificate) {
  const path = (name: string, text: string | null) => {
    rmSync(join(folder, name), { force: true });
    if (text !== null) writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  return { certificate: path('e0.crt', certificate), key: path('e0.key', key), ca: path('ca.crt', ca) };
}

describe('what is read', () => {
  it('may have certificate and key in one file, and other things around them', () => {
    const both = `Bag Attributes\n${own.certificate}\n${authority.certificate}\n${own.key}`;
    const files = filesOf(both, null);
    const material = readTlsMaterial({ ...files, key: files.certificate });
    expect(material.chain.map(({ subject }) => subject)).toEqual(['CN=e0', 'CN=the authority of a test']);
  });

  it('has no authority of its own where none is named', () => {
    const material = readTlsMaterial({ ...filesOf(own.certificate, own.key), ca: null });
    expect(material).toMatchObject({ authorities: [] });
    expect(material).not.toHaveProperty('ca');
  });

  const locked = () =>
    createPrivateKey(own.key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'x',
    }) as string;
  const small = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

  it.each([
    ['no certificate', () => filesOf(null, own.key), 'DT_TLS_FILE', /certificate .*e0\.crt cannot be read: ENOENT/],
    ['no key', () => filesOf(own.certificate, null), 'DT_TLS_FILE', /key .*e0\.key cannot be read: ENOENT/],
    ['no authority', () => filesOf(own.certificate, own.key, null), 'DT_TLS_FILE', /authority .*ca\.crt .*ENOENT/],
    ['a key in its place', () => filesOf(own.key, own.key), 'DT_TLS_CERTIFICATE', /e0\.crt has no certificate in it/],
    [
      'half a certificate',
      () => filesOf(`${own.certificate.slice(0, 300)}\n-----END CERTIFICATE-----\n`, own.key),
      'DT_TLS_CERTIFICATE',
      /e0\.crt has a certificate that cannot be read/,
    ],
    ['a certificate as the key', () => filesOf(own.certificate, own.certificate), 'DT_TLS_KEY', /no private key in it/],
    [
      'half a key',
      () => filesOf(own.certificate, own.key.slice(0, 500)),
      'DT_TLS_KEY',
      /e0\.key has no private key in it/,
    ],
    ['a locked key', () => filesOf(own.certificate, locked()), 'DT_TLS_KEY', /locked with a passphrase.*openssl pkey/],
    ['another key', () => filesOf(own.certificate, small()), 'DT_TLS_KEY', /e0\.key is not that of the .*e0\.crt/],
    [
      'a file that is endless',
      () => ({ ...filesOf(own.certificate, own.key), key: process.execPath }),
      'DT_TLS_FILE',
      /too large/,
    ],
  ])('cannot be %s; the error names the file and says nothing of a key', (_what, files, code, message) => {
    const names = files();
    let error: unknown;
    try {
      readTlsMaterial(names);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    const { cause, stack } = error as Error;
    const said = `${stack} ${(cause as Error | undefined)?.stack ?? ''} ${JSON.stringify(error)}`;
    for (const line of own.key.split('\n').slice(1, -2)) expect(said).not.toContain(line);
  });
});

describe('what is said of it', () => {
  const material = (issued: Issued, ca?: string) => readTlsMaterial(filesOf(issued.certificate, issued.key, ca));

  it('nothing, when it is right', () => {
    const right = material(own);
    expect(peerRemarks(right, '127.0.0.1')).toEqual([]);
    expect(peerRemarks(right, 'localhost')).toEqual([]);
    expect(timeRemark(right.chain[0]!, 'e0.crt', Date.now())).toBeNull();
  });

  it('that it is for other names', () => {
    const right = material(own);
    expect(peerRemarks(right, '192.168.1.11')).toEqual([
      expect.stringMatching(/e0\.crt is not for 192\.168\.1\.11.*subjectAltName=IP:192\.168\.1\.11/),
    ]);
    expect(peerRemarks(right, 'pi1.lan')).toEqual([expect.stringMatching(/subjectAltName=DNS:pi1\.lan/)]);
  });

  it('that another authority signed it', () => {
    const wrong = material(other.issue({ name: 'e0' }));
    expect(peerRemarks(wrong, '127.0.0.1')).toEqual([expect.stringMatching(/not signed by an authority in .*ca\.crt/)]);
    const bundled = material(other.issue({ name: 'e0' }), `${authority.certificate}${other.certificate}`);
    expect(peerRemarks(bundled, '127.0.0.1')).toEqual([]);
  });

  it('when it expires: in the last tenth of its time, two weeks before at the earliest', () => {
    const nowMs = Date.now();
    const [year] = material(authority.issue({ name: 'e0', days: 364 })).chain;
    const [day] = material(authority.issue({ name: 'e0', days: 0.5 })).chain;
    expect(validityOf(year!, nowMs)).toBe('valid');
    expect(validityOf(year!, nowMs - 2 * DAY_MS)).toBe('not yet valid');
    expect(validityOf(year!, nowMs + 349 * DAY_MS)).toBe('valid');
    expect(validityOf(year!, nowMs + 351 * DAY_MS)).toBe('expires soon');
    expect(validityOf(year!, nowMs + 365 * DAY_MS)).toBe('expired');
    // Authorities that sign for a day are no reason for a warning all day.
    expect(validityOf(day!, nowMs)).toBe('valid');
    expect(timeRemark(year!, 'e0.crt', nowMs + 351.5 * DAY_MS)).toMatch(/e0\.crt expires soon \(until 20.*, 12 days\)/);
    expect(timeRemark(year!, 'e0.crt', nowMs + 365 * DAY_MS)).toMatch(/e0\.crt has expired \(.*GMT\)/);
  });
});

it.skipIf(process.platform === 'win32')('others that can read the key are warned of', () => {
  const files = filesOf(own.certificate, own.key);
  chmodSync(files.key, 0o644);
  const { log, lines } = keptLog();
  const tls = new NodeTls(files, true);
  tls.follow({ log, host: '127.0.0.1' });
  tls.end();
  expect(lines.filter(({ level }) => level === 40).map(({ msg }) => msg)).toEqual([
    `others on this machine can read this node's key (mode 644): "chmod 600 ${files.key}" keeps it from them`,
  ]);
});

describe('a node that has expired certificates', () => {
  it('warns with the date, and shows it to who measures', async () => {
    const late = authority.issue({ name: 'e0', days: -3 });
    const { log, lines } = keptLog();
    const metrics = createMetrics({ role: 'edge', node: 'e0' });
    const tls = new NodeTls(filesOf(late.certificate, late.key), true);
    tls.measure(metrics);
    tls.follow({ log, host: '127.0.0.1', everyMs: 20 });
    const year = new Date(Date.now() - 3 * DAY_MS).getUTCFullYear();
    expect(lines.filter(({ level }) => level === 40).map(({ msg }) => msg)).toEqual([
      expect.stringMatching(new RegExp(`e0\\.crt has expired \\(.* ${year} GMT\\)`)),
    ]);
    const shown = async () => Number(/\{certificate="own".*\} (\S+)/.exec(await metrics.registry.metrics())![1]);
    expect(await shown()).toBeLessThan(-2.9 * 86_400);
    writeFileSync(join(folder, 'e0.key'), own.key);
    writeFileSync(join(folder, 'e0.crt'), own.certificate);
    await waitUntil(() => tls.current().certificate === own.certificate);
    expect(await shown()).toBeGreaterThan(360 * 86_400);
    tls.end();
    writeFileSync(join(folder, 'e0.crt'), late.certificate);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(tls.current().certificate).toBe(own.certificate);
  });
});
