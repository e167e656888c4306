import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { samplePhoto } from '../support/frames.js';
import { answer, type RawRequest, raw, rawCamera, takeOne, watchCamera } from './raw-camera.js';

const PHOTO = Buffer.from(samplePhoto('sample1.jpg'));
const PICTURE = answer('200 OK', ['Content-Type: image/jpeg'], PHOTO);

/** A server's side of Digest with MD5 and `qop=auth`, written from RFC 2617 apart from the client's. */
function isRight({ headers, target }: RawRequest, nonce: string): boolean {
  const fields = Object.fromEntries(
    [...(headers.authorization ?? '').matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)].map(([, key, a, b]) => [key, a ?? b]),
  );
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');
  const parts = [md5('viewer:cam:ge/heim'), fields.nonce, fields.nc, fields.cnonce, 'auth', md5(`GET:${target}`)];
  return fields.nonce === nonce && fields.uri === target && fields.response === md5(parts.join(':'));
}

const challenge = (nonce: string, more = '') =>
  answer('401 Unauthorized', [`WWW-Authenticate: Digest realm="cam", nonce="${nonce}", qop="auth"${more}`], 'no');

const url = (host: string, path = '/snapshot.jpg?channel=1&q="x"') => `http://viewer:ge%2Fheim@${host}${path}`;

describe('a camera that wants Digest', () => {
  test('is answered on the same connection, and its nonce is used again', async () => {
    const { host, requests } = await rawCamera((request, socket) => {
      socket.write(isRight(request, `of ${request.connection}`) ? PICTURE : challenge(`of ${request.connection}`));
    });
    const { controller, gate, run } = watchCamera(url(host));
    gate.onPicture = () => gate.pictures.length > 2 && controller.abort();
    await run;
    const counts = requests.map(({ headers }) => /nc=(\w+)/.exec(headers.authorization ?? '')?.[1] ?? null);
    expect(counts.slice(0, 4)).toEqual([null, '00000001', '00000002', '00000003']);
    expect(requests[0]!.headers.host).toBe(host);
    expect(gate.notes).toEqual([]);
  });

  test('with a new nonce for each request, though it does not say stale', async () => {
    let nonce = 0;
    const { host, requests } = await rawCamera((request, socket) => {
      socket.write(isRight(request, `n${nonce}`) ? PICTURE : challenge(`n${nonce + 1}`));
      nonce++;
    });
    const { controller, gate, run } = watchCamera(url(host));
    gate.onPicture = () => gate.pictures.length > 1 && controller.abort();
    await run;
    expect([requests.length >= 4, gate.notes]).toEqual([true, []]);
  });

  test('also where the challenge ends the connection', async () => {
    const { host } = await rawCamera((request, socket) => socket.end(isRight(request, 'n') ? PICTURE : challenge('n')));
    expect(PHOTO.equals((await takeOne(url(host))).bytes)).toBe(true);
  });

  test('and refuses: that is said without the password, and the account is not tried again at once', async () => {
    let nonce = 0;
    const { host, requests } = await rawCamera((_request, socket) => socket.write(challenge(`n${nonce++}`)));
    const { controller, gate, run } = watchCamera(url(host));
    while (gate.notes.length === 0) await new Promise(setImmediate);
    controller.abort();
    await run;
    expect(requests.filter(({ headers }) => headers.authorization !== undefined)).toHaveLength(1);
    expect(gate.notes[0]).toMatch(/does not accept the name and the password .*401, Digest.*it is tried again in 60 s/);
    expect(gate.notes[0]).not.toMatch(/viewer|heim/);
  });
});

test('a camera that offers Basic and Digest gets no password in clear', async () => {
  const { host, requests } = await rawCamera((request, socket) => {
    socket.write(isRight(request, 'n') ? PICTURE : challenge('n', '\r\nWWW-Authenticate: Basic realm="cam"'));
  });
  await takeOne(url(host));
  expect(requests.map(({ headers }) => headers.authorization?.split(' ')[0])).toEqual([undefined, 'Digest']);
});

test.each([
  ['asks for it', answer('401 Unauthorized', ['WWW-Authenticate: Basic realm="cam"'])],
  ['does not say what it wants', answer('401 Unauthorized', [])],
  ['shows a page to log in', answer('200 OK', ['Content-Type: text/html'], '<html>Log in</html>')],
  ['forbids', answer('403 Forbidden', [])],
])('a camera that %s gets Basic', async (_name, refusal) => {
  const basic = `Basic ${Buffer.from('viewer:ge/heim').toString('base64')}`;
  const { host } = await rawCamera(({ headers }, socket) => {
    socket.write(headers.authorization === basic ? PICTURE : refusal);
  });
  expect(PHOTO.equals((await takeOne(url(host))).bytes)).toBe(true);
});

test.each([
  ['without credentials', 'http://', '', /asks for a name and a password \(401\): watch http:\/\/NAME:PASSWORD@/],
  [
    'with another scheme',
    'http://a:b@',
    'Negotiate',
    /a login that is not spoken here \(negotiate\): allow Digest or Basic/,
  ],
])('a login %s: what to do', async (_name, start, scheme, text) => {
  const { host } = await rawCamera((_request, socket) => {
    socket.write(answer('401 Unauthorized', [`WWW-Authenticate: ${scheme}`]));
  });
  await expect(takeOne(`${start}${host}/s.jpg`)).rejects.toMatchObject({ message: expect.stringMatching(text) });
});

describe('a redirect', () => {
  const to = (location: string, ...more: string[]) => answer('302 Found', [`Location: ${location}`, ...more]);

  test('is followed with its cookies, also to itself', async () => {
    const { host } = await rawCamera(({ headers }, socket) => {
      const sent = headers.cookie ?? '';
      socket.write(
        sent === 'sid=1; b="x=y"' ? PICTURE : to('snapshot.jpg', 'Set-Cookie: sid=1; Path=/', 'set-cookie: b="x=y"'),
      );
    });
    expect(PHOTO.equals((await takeOne(`http://${host}/snapshot.jpg`)).bytes)).toBe(true);
  });

  test('on the same server gets the credentials, one to another server does not', async () => {
    const other = await rawCamera((_request, socket) =>
      socket.write(answer('401 Unauthorized', ['WWW-Authenticate: Basic'])),
    );
    const first = await rawCamera((request, socket) => {
      const place = { '/here': '/basic', '/port': `http://a:b@${other.host}/basic` }[request.target];
      if (place !== undefined) socket.write(to(place));
      else
        socket.write(request.headers.authorization ? PICTURE : answer('401 Unauthorized', ['WWW-Authenticate: Basic']));
    });
    expect(PHOTO.equals((await takeOne(url(first.host, '/here'))).bytes)).toBe(true);
    await expect(takeOne(url(first.host, '/port'))).rejects.toMatchObject({
      message: expect.stringMatching(/redirected to .*those of the address are for 127.0.0.1:\d+ only: watch http:/),
    });
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test.each([
    ['in a circle', '/b', /redirects in a circle: http:\S+\/a -> http:\S+\/b -> http:\S+\/b/],
    ['to a file', 'file:///etc/passwd', /redirects to file:\/\/\/etc\/passwd, which is no http or https address/],
    [
      'to where nothing listens',
      'http://127.0.0.1:9/x',
      /nothing listens there .*\(redirected to http:\/\/127.0.0.1:9\/x\)/,
    ],
    ['to nonsense', 'http://', /redirects to http:\/\/, which is no http/],
  ])('%s is said', async (_name, location, text) => {
    const { host } = await rawCamera((_request, socket) => socket.write(to(location)));
    await expect(takeOne(`http://${host}/a`)).rejects.toMatchObject({ message: expect.stringMatching(text) });
  });

  test('after another has an end', async () => {
    let number = 0;
    const { host, requests } = await rawCamera((_request, socket) => socket.write(to(`/${++number}`)));
    await expect(takeOne(`http://${host}/`)).rejects.toMatchObject({
      message: expect.stringMatching(/redirects more than 5 times/),
    });
    expect(requests).toHaveLength(6);
  });

  test('with a body that goes on for ever is followed', async () => {
    const { host } = await rawCamera(({ target }, socket) => {
      socket.write(target === '/' ? raw('HTTP/1.1 302 Found\r\nLocation: /p\r\n\r\nand so on') : PICTURE);
    });
    expect(PHOTO.equals((await takeOne(`http://${host}/`)).bytes)).toBe(true);
  });
});
