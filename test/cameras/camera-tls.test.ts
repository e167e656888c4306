import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cameraTls } from '../../server/cameras/http/camera-trust.js';
import { temporaryFolder } from '../cli/running-cli.js';
import { TestAuthority } from '../support/certificates.js';
import { samplePhoto } from '../support/frames.js';
import { answer, raw, rawCamera, takeOne } from './raw-camera.js';

const PHOTO = Buffer.from(samplePhoto('sample1.jpg'));
const PICTURE = answer('200 OK', [], PHOTO);

describe('a camera with a certificate of its own making', () => {
  const authority = new TestAuthority();
  const camera = () => rawCamera((_request, socket) => socket.write(PICTURE), authority.issue({ name: 'camera' }));
  const file = (text: string) => {
    const path = join(temporaryFolder(), 'camera.pem');
    writeFileSync(path, text);
    return path;
  };

  test('is refused with what to do, and taken with its authority or any', async () => {
    const { host } = await camera();
    const url = `https://${host}/`;
    await expect(takeOne(url)).rejects.toMatchObject({
      message: expect.stringMatching(/certificate is signed by .* --camera-ca FILE \(PEM\), or --insecure/),
    });
    const trusted = { tls: cameraTls({ insecure: false, caFile: file(authority.certificate) }) };
    expect(PHOTO.equals((await takeOne(url, trusted)).bytes)).toBe(true);
    const any = { tls: cameraTls({ insecure: true }) };
    expect(PHOTO.equals((await takeOne(url, any)).bytes)).toBe(true);
  });

  test('for another name: refused with what to do, unless the file names the certificate itself', async () => {
    const issued = authority.issue({ name: 'camera', hosts: ['camera.invalid'] });
    const { host } = await rawCamera((_request, socket) => socket.write(PICTURE), issued);
    const byAuthority = cameraTls({ insecure: false, caFile: file(authority.certificate) });
    await expect(takeOne(`https://${host}/`, { tls: byAuthority })).rejects.toMatchObject({
      message: expect.stringMatching(/certificate is for another name .*--camera-ca, or --insecure/),
    });
    const byItself = cameraTls({ insecure: false, caFile: file(authority.certificate + issued.certificate) });
    expect(PHOTO.equals((await takeOne(`https://${host}/`, { tls: byItself })).bytes)).toBe(true);
  });

  test('that has expired: what to do', async () => {
    const expired = authority.issue({ name: 'camera', days: -2 });
    const { host } = await rawCamera((_request, socket) => socket.write(PICTURE), expired);
    const tls = cameraTls({ insecure: false, caFile: file(authority.certificate) });
    await expect(takeOne(`https://${host}/`, { tls })).rejects.toMatchObject({
      message: expect.stringMatching(/its certificate has expired/),
    });
  });

  test.each([
    ['of no certificate', 'hello', /has no certificate in PEM/],
    ['that is not there', null, /cannot be read/],
  ])('a file %s', (_name, text, message) => {
    const caFile = text === null ? '/nowhere/ca.pem' : file(text);
    expect(() => cameraTls({ insecure: false, caFile })).toThrow(
      expect.objectContaining({ code: 'DT_USAGE', message: expect.stringMatching(message) }),
    );
  });

  test('asked by http, and one without TLS by https: what to do', async () => {
    const { host } = await camera();
    await expect(takeOne(`http://${host}/`)).rejects.toMatchObject({ message: expect.stringMatching(/https/) });
    const plain = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
    await once(plain, 'listening');
    onTestFinished(() => void plain.close());
    const { port } = plain.address() as AddressInfo;
    await expect(takeOne(`https://127.0.0.1:${port}/`)).rejects.toMatchObject({
      message: expect.stringMatching(/speaks http, not https: begin the address with http:/),
    });
  });

  test('gets the credentials after a redirect from http to https on its host', async () => {
    const secure = await rawCamera(
      ({ headers }, socket) => {
        socket.write(headers.authorization ? PICTURE : answer('401 Unauthorized', ['WWW-Authenticate: Basic']));
      },
      authority.issue({ name: 'camera' }),
    );
    const { host } = await rawCamera((_request, socket) => {
      socket.write(raw(`HTTP/1.1 301 Moved\r\nLocation: https://${secure.host}/\r\nContent-Length: 0\r\n\r\n`));
    });
    const tls = cameraTls({ insecure: true });
    expect(PHOTO.equals((await takeOne(`http://a:b@${host}/`, { tls })).bytes)).toBe(true);
  });
});
