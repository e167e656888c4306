import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tlsFilesOf } from '../../../server/config/tls-config.js';
import { problemLines, resolveText } from '../problem-lines.js';

/** A cluster.yaml whose addresses begin like that. */
function text(gateway: string, device: string, tls: string): string {
  return `model: { name: face-detector }
gateway: { address: '${gateway}://127.0.0.1:8080' }
devices:
  - { id: e0, address: '${device}://127.0.0.1:8081' }
${tls}`;
}

const TLS = "tls: { certificate: 'tls/{node}.crt', key: 'tls/{node}.key', ca: tls/ca.crt }";

describe('tls', () => {
  it('names the files of each node, from the folder of the file', async () => {
    const { tls } = await resolveText(text('https', 'https', TLS), { baseDirectory: '/home/pi' });
    expect(tls).toEqual({
      certificate: resolve('/home/pi/tls/{node}.crt'),
      key: resolve('/home/pi/tls/{node}.key'),
      ca: resolve('/home/pi/tls/ca.crt'),
      mutual: false,
    });
    expect(tlsFilesOf(tls!, 'e0')).toEqual({
      certificate: resolve('/home/pi/tls/e0.crt'),
      key: resolve('/home/pi/tls/e0.key'),
      ca: resolve('/home/pi/tls/ca.crt'),
    });
  });

  it('is not needed', async () => {
    expect((await resolveText(text('http', 'http', ''))).tls).toBeNull();
  });

  it('may be without an authority of its own', async () => {
    const { tls } = await resolveText(text('https', 'https', 'tls: { certificate: a.crt, key: a.key }'));
    expect(tls).toMatchObject({ ca: null, mutual: false });
  });

  it.each([
    [
      'http with tls',
      text('https', 'http', TLS),
      "4:24 devices[0].address: 'http://127.0.0.1:8081' is http, and with a tls section every node speaks https " +
        "(write 'https://127.0.0.1:8081', or remove tls)",
    ],
    [
      'https without tls',
      text('https', 'http', ''),
      "2:21 gateway.address: 'https://127.0.0.1:8080' is https, and there is no tls section " +
        "(write 'http://127.0.0.1:8080', or add tls: with certificate and key)",
    ],
    [
      'mutual without an authority',
      text('https', 'https', 'tls: { certificate: a.crt, key: a.key, mutual: true }'),
      '5:48 tls.mutual: needs to know whose certificates to take ' +
        '(add ca: with the certificate of the authority that signs those of nodes and clients)',
    ],
    [
      'another word in braces',
      text('https', 'https', "tls: { certificate: 'tls/{id}.crt', key: a.key }"),
      "5:21 tls.certificate: has {id} in it (write {node} for the node's id)",
    ],
    [
      'no key',
      text('https', 'https', 'tls: { certificate: a.crt }'),
      "5:1 tls.key: is missing (write for instance key: 'tls/{node}.key')",
    ],
    [
      'a path that is not in quotes',
      text('https', 'https', 'tls: { certificate: tls/{node}.crt, key: a.key }'),
      "5:25 is not YAML: unexpected flow-map-start at node end (put the whole path in quotes: 'tls/{node}.crt')",
    ],
    [
      'a flag in its place',
      text('https', 'https', 'tls: true'),
      '5:6 tls: must be a map with certificate, key, is true (write key: value lines, indented below it)',
    ],
  ])('says what is wrong: %s', async (_what, yaml, line) => {
    expect(await problemLines(yaml)).toEqual([`cluster.yaml:${line}`]);
  });
});
