import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPictureBody } from '../../../server/node/bodies/picture-body.js';
import { smallPicture } from '../small-cluster.js';
import { converse, exchange, type SmallApp, startSmallApp } from './small-app.js';

let app: SmallApp;
let closed: SmallApp;
let jpeg: Buffer;
let answerLate: (() => void) | null = null;
const TOKEN = 'the-token-of-this-test';

beforeAll(async () => {
  jpeg = await smallPicture();
  const submitFrame = async (request: Parameters<typeof readPictureBody>[0]) => {
    const picture = readPictureBody(request);
    if (request.query.source === 'late') await new Promise<void>((resolve) => (answerLate = resolve));
    return { same: picture.equals(jpeg), bytes: picture.length };
  };
  app = await startSmallApp({ submitFrame });
  closed = await startSmallApp({ submitFrame }, { token: TOKEN });
});
afterAll(() => Promise.all([app.stop(), closed.stop()]));

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
const codeOf = (answer: string) => /"code":"(\w+)"/.exec(answer)?.[1];

/** A submission as a whole request. */
function submission(headers: readonly string[], body: Buffer, path = '/frames', host = 'localhost'): Buffer {
  const lines = [`POST ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close', `Content-Length: ${body.length}`];
  return Buffer.concat([Buffer.from(`${[...lines, ...headers].join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

describe('a picture is taken under whatever name', () => {
  it.each([
    'image/jpeg',
    'image/jpg',
    'image/pjpeg',
    'IMAGE/JPEG',
    'image/png',
    'image/*',
    'image/jpeg; charset=binary',
    ' image/jpeg ; name="a;b.jpg"',
    'image/x-citrix-jpeg',
    'image/gif',
    'application/octet-stream',
    'Application/Octet-Stream; charset=utf-8',
    'binary/octet-stream',
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded; charset=UTF-8',
    '*/*',
    'jpeg',
    'image',
    'image/',
    'image/jpeg, image/jpeg',
    '',
    'undefined',
    '; charset=utf-8',
  ])('%j', async (type) => {
    const answer = await exchange(app.port, submission([`Content-Type: ${type}`], jpeg));
    expect(answer).toContain('"same":true');
  });

  it('none', async () => {
    expect(await exchange(app.port, submission([], jpeg))).toContain('"same":true');
  });

  it('none, in chunks', async () => {
    const head = 'POST /frames HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n';
    const chunks = [...jpeg].flatMap((byte) => [Buffer.from('1\r\n'), Buffer.from([byte]), Buffer.from('\r\n')]);
    const answer = await exchange(app.port, Buffer.concat([Buffer.from(head), ...chunks, Buffer.from('0\r\n\r\n')]));
    expect(answer).toContain('"same":true');
  });

  it.each([
    'text/plain',
    'text/html; charset=utf-8',
    'application/json',
    'application/problem+json',
    'video/mp4',
    'audio/wav',
    'multipart/mixed',
  ])('but not as %s, which says that it is none', async (type) => {
    const answer = await exchange(app.port, submission([`Content-Type: ${type}`], jpeg));
    expect([statusOf(answer), codeOf(answer)]).toEqual([415, 'DT_MEDIA_TYPE']);
  });

  it.each(['gzip', 'br', 'deflate', 'GZIP', 'gzip, identity', 'x'])('but not packed with %s', async (coding) => {
    const answer = await exchange(
      app.port,
      submission(['Content-Type: image/jpeg', `Content-Encoding: ${coding}`], jpeg),
    );
    expect([statusOf(answer), codeOf(answer)]).toEqual([415, 'DT_CONTENT_ENCODING']);
    expect(answer.toLowerCase()).toContain('\r\naccept-encoding: identity\r\n');
  });

  it('Content-Encoding: identity is none', async () => {
    const answer = await exchange(
      app.port,
      submission(['Content-Type: image/jpeg', 'Content-Encoding: Identity'], jpeg),
    );
    expect(answer).toContain('"same":true');
  });
});

describe('a request that is written by hand', () => {
  it.each(['/frames/', '/frames/?wait=1', '/frames?wait=1', 'http://localhost/frames', 'HTTP://localhost:1/frames/'])(
    'to %s',
    async (path) => {
      expect(await exchange(app.port, submission([], jpeg, path))).toContain('"same":true');
    },
  );

  it.each(['/cluster/', '/livez/', '/frames/zz-1/', '/frames/zz-1/image/', '/openapi.json/', '/metrics/'])(
    'GET %s',
    async (path) => {
      const answer = await exchange(app.port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      expect(statusOf(answer)).toBe(200);
    },
  );

  it.each(['localhost.', 'LOCALHOST', 'LocalHost.:80', '127.0.0.1', '[::1]:80', 'gateway.lan', 'GATEWAY.LAN.:1'])(
    'of host %s',
    async (host) => {
      expect(await exchange(app.port, submission([], jpeg, '/frames', host))).toContain('"same":true');
    },
  );

  it.each([
    'evil.example',
    'localhost.evil.example',
    'localhost..',
    'x@localhost',
    '127.0.0.1.',
    'cafe:8080',
    '10.0.0.7:80',
  ])('of host %s is refused without a token, unless it is this machine', async (host) => {
    const answer = await exchange(app.port, submission([], jpeg, '/frames', host));
    expect(statusOf(answer)).toBe(host === '127.0.0.1.' ? 200 : 403);
  });

  it('in HTTP/1.0, with a host and without', async () => {
    const head = `POST /frames HTTP/1.0\r\nContent-Length: ${jpeg.length}\r\n`;
    for (const host of ['', 'Host: localhost\r\n']) {
      const answer = await exchange(app.port, Buffer.concat([Buffer.from(`${head}${host}\r\n`), jpeg]));
      expect(answer).toContain('"same":true');
    }
    const evil = Buffer.concat([Buffer.from(`${head}Host: evil.example\r\n\r\n`), jpeg]);
    expect(codeOf(await exchange(app.port, evil))).toBe('DT_HOST');
    const page = Buffer.concat([Buffer.from(`${head}Origin: http://evil.example\r\n\r\n`), jpeg]);
    expect(codeOf(await exchange(app.port, page))).toBe('DT_ORIGIN');
  });

  it.each([
    ['no host', ''],
    ['two hosts', 'Host: localhost\r\nHost: localhost\r\n'],
  ])('in HTTP/1.1 with %s is refused', async (_name, hosts) => {
    const answer = await exchange(app.port, `GET /cluster HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`);
    expect([statusOf(answer), codeOf(answer)]).toEqual([400, 'DT_REQUEST']);
  });

  it.each(['\r\n\r\n', '\n', 'ABCD', '\0\0\0\0', 'GET ', '\xff\xd9\xff\xd9'])(
    'with %j behind its body gets its answer, and no other',
    async (more) => {
      const whole = submission(['Content-Type: image/jpeg'], jpeg)
        .toString('latin1')
        .replace('Connection: close\r\n', '');
      const answer = await exchange(
        app.port,
        Buffer.from(`${whole}${more}`.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'), 'latin1'),
      );
      expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
      expect(answer).toContain('"same":true');
    },
  );

  it('with bytes too many while its answer takes time gets that answer', async () => {
    const whole = submission(['Content-Type: image/jpeg'], jpeg, '/frames?source=late').toString('latin1');
    const request = Buffer.from(`${whole.replace('Connection: close\r\n', '')}ABCD`, 'latin1');
    const { socket, answer, until } = converse(app.port, request);
    while (answerLate === null) await new Promise((resolve) => setImmediate(resolve));
    // The bytes behind it have been read by now, and are no request.
    await new Promise((resolve) => setImmediate(resolve));
    answerLate();
    answerLate = null;
    expect(await until((text) => text.includes('"same":true'))).toMatch(/^HTTP\/1\.1 200 .*connection: close/is);
    if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve));
    expect(answer().match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it('two behind each other get their answers in order', async () => {
    const first = submission([], jpeg).toString('latin1').replace('Connection: close\r\n', '');
    const answer = await exchange(
      app.port,
      Buffer.concat([Buffer.from(first, 'latin1'), submission([], Buffer.alloc(5))]),
    );
    expect([...answer.matchAll(/"bytes":(\d+)/g)].map(([, bytes]) => Number(bytes))).toEqual([jpeg.length, 5]);
  });

  it.each(['content-type-image-jpg', 'part-without-filename'])('as in %s.http', async (name) => {
    const request = readFileSync(new URL(`../../fixtures/${name}.http`, import.meta.url), 'latin1');
    const answer = await exchange(
      app.port,
      Buffer.from(request.replace('\r\n', '\r\nConnection: close\r\n'), 'latin1'),
    );
    expect(statusOf(answer)).toBe(200);
  });
});

describe('Expect: 100-continue', () => {
  const head = (...lines: string[]) =>
    ['POST /frames HTTP/1.1', 'Host: localhost', 'Expect: 100-continue', ...lines].join('\r\n').concat('\r\n\r\n');

  it('asks for a body that is wanted', async () => {
    const { socket, until } = converse(app.port, head(`Content-Length: ${jpeg.length}`));
    await until((text) => text === 'HTTP/1.1 100 Continue\r\n\r\n');
    socket.write(jpeg);
    expect(await until((text) => text.includes('"bytes"'))).toContain('"same":true');
    socket.destroy();
  });

  it.each([
    ['too large a body', () => app, [`Content-Length: ${2 ** 30}`], 413, 'DT_BODY_TOO_LARGE'],
    [
      'too large a form',
      () => app,
      ['Content-Type: multipart/form-data; boundary=x', `Content-Length: ${2 ** 30}`],
      413,
      'DT_PICTURE_TOO_LARGE',
    ],
    ['another type', () => app, ['Content-Type: text/plain', 'Content-Length: 5'], 415, 'DT_MEDIA_TYPE'],
    ['a packed body', () => app, ['Content-Encoding: gzip', 'Content-Length: 5'], 415, 'DT_CONTENT_ENCODING'],
    ['no token', () => closed, ['Content-Length: 5'], 401, 'DT_TOKEN'],
    ['another site', () => app, ['Content-Length: 5', 'Origin: http://evil.example'], 403, 'DT_ORIGIN'],
  ] as const)('%s is refused before it is sent', async (_name, node, lines, status, code) => {
    const answer = await exchange(node().port, head(...lines));
    expect([statusOf(answer), codeOf(answer)]).toEqual([status, code]);
    expect(answer).toMatch(/connection: close/i);
  });

  it.each([
    ['POST /nothing', 404, 'DT_NOT_FOUND'],
    ['PATCH /frames', 405, 'DT_METHOD'],
  ])('%s is refused before a body is sent', async (line, status, code) => {
    const answer = await exchange(app.port, head('Content-Length: 5').replace('POST /frames', line));
    expect([statusOf(answer), codeOf(answer)]).toEqual([status, code]);
  });

  it.each(['rain', '100-continue, rain', '200-ok'])('%s instead is refused with 417', async (expected) => {
    const text = head('Content-Length: 5', 'Connection: close').replace('100-continue', expected);
    const answer = await exchange(app.port, text, Buffer.alloc(5));
    expect([statusOf(answer), codeOf(answer)]).toEqual([417, 'DT_REQUEST']);
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
    expect(answer).toMatch(/x-content-type-options: nosniff/i);
  });
});

it('a body that is refused while it is sent does not cost the answer', async () => {
  const head =
    'POST /frames HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n\r\n';
  const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(2 ** 20), Buffer.from('\r\n')]);
  const { socket, until } = converse(app.port, Buffer.concat([Buffer.from(head), chunk, chunk]));
  const answer = await until((text) => text.includes('}'));
  expect([statusOf(answer), codeOf(answer)]).toEqual([413, 'DT_BODY_TOO_LARGE']);
  // The connection goes on where the client sends the rest.
  socket.write(Buffer.concat([chunk, Buffer.from('0\r\n\r\nGET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n')]));
  await until((text) => text.includes('HTTP/1.1 200'));
  socket.destroy();
});

describe('a client that sends all of its body before it reads', () => {
  it.each(['HTTP/1.0', 'HTTP/1.1'])('and has the connection closed gets the refusal, in %s', async (version) => {
    const body = Buffer.alloc(8 * 2 ** 20);
    const head = `POST /frames ${version}\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
    const answer = await exchange(closed.port, head, body);
    expect([statusOf(answer), codeOf(answer)]).toEqual([401, 'DT_TOKEN']);
  });
});
