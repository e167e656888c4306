import { describe, expect, test } from 'vitest';
import { readChallenges } from '../../../server/cameras/login/challenge.js';
import { digestAuthorization, digestStrength } from '../../../server/cameras/login/digest.js';

const mufasa = { name: 'Mufasa', password: 'Circle of Life' };
const use = { method: 'GET', uri: '/dir/index.html', count: 1, cnonce: '0a4f113b' };
const challenge = (line: string) => readChallenges([`Digest ${line}`])[0]!;
const responseOf = (header: string) => /response="([^"]*)"/.exec(header)![1];

describe('the examples of the standards', () => {
  const rfc7616 =
    'realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", qop="auth, auth-int"';
  const used = { ...use, cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' };

  test.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('RFC 7616, 3.9.1 with %s', (algorithm, response) => {
    const line = `${rfc7616}, algorithm=${algorithm}, opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`;
    expect(digestAuthorization(challenge(line), mufasa, used)).toBe(
      'Digest username="Mufasa", realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ' +
        `uri="/dir/index.html", response="${response}", algorithm=${algorithm}, ` +
        'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", qop=auth, nc=00000001, ' +
        'cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"',
    );
  });

  test('RFC 7616, 3.9.2 as corrected (erratum 4897): SHA-512-256 and a name beyond ASCII', () => {
    const line =
      'realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", charset=UTF-8, userhash=true';
    // Decomposed: the standard wants NFC.
    const credentials = { name: 'Ja\u0308søn Doe', password: 'Secret, or not?' };
    const doe = { method: 'GET', uri: '/doe.json', count: 1, cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v' };
    const header = digestAuthorization(challenge(line), credentials, doe);
    expect(header).toContain("username*=UTF-8''J%C3%A4s%C3%B8n%20Doe,");
    expect(responseOf(header)).toBe('3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5');
  });

  test('RFC 2617, 3.5', () => {
    const line = 'realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';
    const header = digestAuthorization(challenge(line), { name: 'Mufasa', password: 'Circle Of Life' }, use);
    expect(responseOf(header)).toBe('6629fae49393a05397450978507c4ef1');
    expect(header).not.toContain('algorithm');
  });

  test('RFC 2069 as corrected: without qop', () => {
    const line = 'realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';
    const header = digestAuthorization(challenge(line), { name: 'Mufasa', password: 'CircleOfLife' }, use);
    expect(responseOf(header)).toBe('1949323746fe6a43ef61f9606e7febea');
    expect(header).not.toMatch(/qop|nc=|cnonce/);
  });
});

describe('what the standards give no example for', () => {
  // The responses are those of Python's hashlib.
  test.each([
    ['algorithm=MD5-sess, qop="auth"', 1, '5f4e92a4d56adba4147d264a303c67eb'],
    ['algorithm=SHA-256-sess, qop=auth', 1, '45aaa5af94ffa064e3f38b7a94aca41f7aa8eaa94715e734ba44a8ace0330420'],
    ['qop="auth-int"', 11, 'c5fe23f1f24023bad4e31e41488519b6'],
  ])('%s', (line, count, response) => {
    const header = digestAuthorization(challenge(`realm="cam", nonce="abc", ${line}`), mufasa, { ...use, count });
    expect(responseOf(header)).toBe(response);
    expect(header).toContain('cnonce="0a4f113b"');
  });

  test('quotes and backslashes are escaped again', () => {
    const header = digestAuthorization(challenge('realm="a\\"b\\\\", nonce="n", opaque="o\\""'), mufasa, use);
    expect(header).toContain('realm="a\\"b\\\\", nonce="n"');
    expect(header).toContain('opaque="o\\""');
  });

  test.each([
    ['nonce=x', 1],
    ['nonce=x, algorithm="md5"', 1],
    ['nonce=x, algorithm=SHA-256-sess, qop=auth-int', 2],
    ['nonce=x, algorithm=SHA-512-256', 3],
    ['nonce=x, algorithm=SHA3-512', 0],
    ['nonce=x, qop="token"', 0],
    ['realm=x', 0],
  ])('strength of %s: %d', (line, strength) => {
    expect(digestStrength(challenge(line))).toBe(strength);
  });
});
