import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationId, Schemas } from '../../client/client.js';
import type { WirePlan } from '../../server/node/wire/task-body.js';
import { encodeSafetensors } from '../../server/tensor/safetensors.js';
import { promisingPng } from '../imaging/png-chunks.js';
import { ask, askPath, type Question, refused } from '../node/ask.js';
import { problemMistakes } from '../node/contract-answers.js';
import { EventReader } from '../node/event-reader.js';
import { resultBody, SMALL, smallPicture, taskBody, wirePlanOf } from '../node/small-cluster.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

const TOKEN = 'the-token-of-this-test';
const PICTURE_BYTES = 128 * 1024;
const OCTETS = 'application/octet-stream';

let cluster: TestCluster;
let wirePlan: WirePlan;
let jpeg: Buffer;
let gif: Buffer;

beforeAll(async () => {
  cluster = await startTestCluster({ yaml: `${SMALL}\nlimits: { pictureBytes: 128KiB }`, devices: 1, token: TOKEN });
  jpeg = await smallPicture();
  gif = await smallPicture('gif');
  const { plan } = (await ask(address('gateway'), 'getCluster', trusted())).json();
  wirePlan = await wirePlanOf(cluster.config, plan.digest);
});
afterAll(() => cluster?.stop());

type Role = 'gateway' | 'edge';
const ROLES: Role[] = ['gateway', 'edge'];

function address(role: Role): string {
  return role === 'gateway' ? cluster.gateway.address : cluster.devices.get('e0')!.address;
}

function trusted(question: Question = {}): Question {
  return { ...question, headers: { authorization: `Bearer ${TOKEN}`, ...question.headers } };
}

function expectRefused(role: Role, operation: OperationId, question: Question, status: number, code: string) {
  return refused(address(role), operation, trusted(question), status, code);
}

/** How often a node has refused something with this code, by its metrics. */
async function refusals(role: Role, code: string): Promise<number> {
  const text = new TextDecoder().decode((await ask(address(role), 'getMetrics', trusted())).bytes);
  const line = text.split('\n').find((candidate) => candidate.startsWith(`deepthings_refused_total{code="${code}"`));
  return Number(line?.split(' ').at(-1) ?? 0);
}

describe.each(ROLES)('a picture that the %s refuses', (role) => {
  const asForm = (...parts: string[]) => ['multipart/form-data; boundary=x', parts.join('\r\n')] as const;
  const FILE = 'content-disposition: form-data; name="image"; filename="a.jpg"\r\ncontent-type: image/jpeg\r\n';

  const CASES: [name: string, question: () => Question, status: number, code: string, says: RegExp][] = [
    ['text', () => ({ body: ['image/jpeg', 'hello'] }), 415, 'DT_PICTURE_FORMAT', /JPEG, PNG or WebP/],
    ['a GIF under a wrong name', () => ({ body: ['image/jpeg', gif] }), 415, 'DT_PICTURE_FORMAT', /JPEG.*got GIF/],
    ['a GIF', () => ({ body: ['image/gif', gif] }), 415, 'DT_PICTURE_FORMAT', /JPEG.*got GIF/],
    ['zero bytes', () => ({ body: ['image/jpeg', ''] }), 415, 'DT_PICTURE_EMPTY', /JPEG.*zero bytes/],
    ['a type that is no picture', () => ({ body: ['text/plain', jpeg] }), 415, 'DT_MEDIA_TYPE', /image\/jpeg/],
    ['no body', () => ({}), 415, 'DT_MEDIA_TYPE', /multipart\/form-data, image\/jpeg.*got none/],
    ['a truncated JPEG', () => ({ body: ['image/jpeg', jpeg.subarray(0, -200)] }), 422, 'DT_PICTURE_BROKEN', /whole/],
    [
      'a JPEG of its first bytes',
      () => ({ body: ['image/jpeg', jpeg.subarray(0, 12)] }),
      422,
      'DT_PICTURE_BROKEN',
      /header/,
    ],
    [
      'absurd dimensions',
      () => ({ body: ['image/png', promisingPng(30_000, 30_000)] }),
      413,
      'DT_PICTURE_DIMENSIONS',
      /at most 50 mega/,
    ],
    [
      'absurd dimensions in a form',
      () => ({ form: { image: promisingPng(30_000, 30_000) } }),
      413,
      'DT_PICTURE_DIMENSIONS',
      /at most/,
    ],
    [
      'too many bytes',
      () => ({ body: ['image/jpeg', Buffer.alloc(2 * PICTURE_BYTES, jpeg)] }),
      413,
      'DT_BODY_TOO_LARGE',
      /smaller/,
    ],
    [
      'a few bytes too many',
      () => ({ body: ['image/jpeg', Buffer.concat([jpeg, Buffer.alloc(PICTURE_BYTES)])] }),
      413,
      'DT_PICTURE_TOO_LARGE',
      /at most 131072/,
    ],
    [
      'too many bytes in a form',
      () => ({ form: { image: Buffer.alloc(2 * PICTURE_BYTES, jpeg) } }),
      413,
      'DT_PICTURE_TOO_LARGE',
      /smaller/,
    ],
    ['a form without a file', () => ({ body: asForm('--x--', '') }), 422, 'DT_PICTURE_MISSING', /-F image=@/],
    ['a form with text only', () => ({ form: { image: 'photo.jpg' } }), 422, 'DT_PICTURE_MISSING', /-F image=@/],
    ['a form with two files', () => ({ form: { a: jpeg, b: jpeg } }), 422, 'DT_FORM', /one file/],
    [
      'a form with a text for a file',
      () => ({ form: { image: Buffer.from('hello') } }),
      415,
      'DT_PICTURE_FORMAT',
      /JPEG/,
    ],
    ['a form without end', () => ({ body: asForm('--x', FILE, 'abc') }), 400, 'DT_FORM', /malformed/],
    [
      'a form without boundary',
      () => ({ body: ['multipart/form-data', 'x'] }),
      400,
      'DT_FORM',
      /malformed.*-F image=@/,
    ],
    ['a form that is none', () => ({ body: asForm('garbage') }), 400, 'DT_FORM', /malformed/],
  ];

  it.each(CASES)('%s', async (_name, question, status, code, says) => {
    const before = await refusals(role, code);
    const problem = await expectRefused(role, 'submitFrame', question(), status, code);
    expect(problem.detail).toMatch(says);
    expect(await refusals(role, code)).toBe(before + 1);
  });

  it('too many bytes that come without saying how many', async () => {
    const body = new Blob([Buffer.alloc(2 * PICTURE_BYTES, jpeg)]).stream();
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'image/jpeg' };
    const reply = await fetch(`${address(role)}/frames`, { method: 'POST', headers, body, duplex: 'half' });
    expect(await reply.json()).toMatchObject({ status: 413, code: 'DT_BODY_TOO_LARGE' });
  });

  it('is not queued', async () => {
    const state = (await ask(address(role), 'getCluster', trusted())).json();
    expect(state.frames).toEqual({ open: 0, complete: 0, failed: 0, dropped: 0 });
    expect((await ask(address('gateway'), 'listFrames', trusted())).json()).toEqual({
      ...{ frames: [], next: null, nextBefore: null },
    });
  });
});

it('absurd dimensions are refused on a device also when the picture seems to come from the gateway', async () => {
  const query = `attempt=1&strategy=ftp-wst&digest=${'d'.repeat(64)}`;
  const path = { frame: 'zz-1' };
  const question: Question = { path, query, body: ['image/png', promisingPng(30_000, 30_000)] };
  await expectRefused('edge', 'deliverFrame', question, 413, 'DT_PICTURE_DIMENSIONS');
});

it('a picture of no bytes between nodes is refused as one from people', async () => {
  const body = ['image/jpeg', ''] as const;
  const query = `attempt=1&strategy=ftp-wst&digest=${'d'.repeat(64)}`;
  await expectRefused('edge', 'deliverFrame', { path: { frame: 'zz-1' }, query, body }, 415, 'DT_PICTURE_EMPTY');
  await expectRefused('gateway', 'submitOwnFrame', { path: { device: 'e0' }, body }, 415, 'DT_PICTURE_EMPTY');
});

describe('a tensor body that is refused', () => {
  const tensor = (facts: Record<string, string>) =>
    encodeSafetensors({ x: { type: 'U8', shape: [1], data: new Uint8Array(1) } }, facts);
  const facts = () => ({ plan: wirePlan.digest, frame: 'zz-1', tile: '0', attempt: '1', device: 'e0' });
  const otherPlan = () => ({ ...wirePlan, digest: 'sha256:other' });

  const CASES: [string, Role, OperationId, () => Uint8Array, number, string][] = [
    [
      'a result that is no safetensors',
      'gateway',
      'postResult',
      () => Buffer.from('garbage, garbage'),
      422,
      'DT_TENSOR_BODY',
    ],
    ['a result of no bytes', 'gateway', 'postResult', () => Buffer.alloc(0), 422, 'DT_TENSOR_BODY'],
    ['a result cut short', 'gateway', 'postResult', () => resultBody(wirePlan).subarray(0, -4), 422, 'DT_TENSOR_BODY'],
    ['a result of a wrong shape', 'gateway', 'postResult', () => tensor(facts()), 422, 'DT_RESULT_BODY'],
    ['a result without facts', 'gateway', 'postResult', () => tensor({}), 422, 'DT_RESULT_BODY'],
    ['a result of no tile', 'gateway', 'postResult', () => tensor({ ...facts(), tile: '4' }), 422, 'DT_RESULT_BODY'],
    ['a result of another plan', 'gateway', 'postResult', () => resultBody(otherPlan()), 409, 'DT_PLAN_MISMATCH'],
    ['a result of an unknown frame', 'gateway', 'postResult', () => resultBody(wirePlan), 404, 'DT_FRAME_UNKNOWN'],
    [
      'a result of an undeclared device',
      'gateway',
      'postResult',
      () => resultBody(wirePlan, { device: 'e9' }),
      409,
      'DT_DEVICE_UNKNOWN',
    ],
    ['a result larger than any tile', 'gateway', 'postResult', () => Buffer.alloc(1_000_000), 413, 'DT_BODY_TOO_LARGE'],
    ['a task that is no safetensors', 'edge', 'pushTask', () => Buffer.from('garbage, garbage'), 422, 'DT_TENSOR_BODY'],
    ['a task cut short', 'edge', 'pushTask', () => taskBody(wirePlan).subarray(0, -1), 422, 'DT_TENSOR_BODY'],
    ['a task of a wrong shape', 'edge', 'pushTask', () => tensor(facts()), 422, 'DT_TASK_BODY'],
    ['a task of another plan', 'edge', 'pushTask', () => taskBody(otherPlan()), 409, 'DT_PLAN_MISMATCH'],
    ['a task larger than any tile', 'edge', 'pushTask', () => Buffer.alloc(1_000_000), 413, 'DT_BODY_TOO_LARGE'],
  ];

  it.each(CASES)('%s', async (_name, role, operation, bytes, status, code) => {
    const before = await refusals(role, code);
    await expectRefused(role, operation, { body: [OCTETS, bytes()] }, status, code);
    expect(await refusals(role, code)).toBe(before + 1);
  });

  it('an outcome of a frame that the device does not have, and a task that it never gave away', async () => {
    const outcome = {
      state: 'failed',
      endedAt: '2026-11-23T09:30:00.000Z',
      detections: null,
      classification: null,
      failure: null,
    };
    await expectRefused('edge', 'postResult', { json: { frame: 'zz-1', ...outcome } }, 404, 'DT_FRAME_UNKNOWN');
    await expectRefused('edge', 'postResult', { json: { frame: 'zz-1', state: 'failed' } }, 400, 'DT_REQUEST');
    const path = { frame: 'zz-1', tile: 0 };
    await expectRefused('edge', 'returnTask', { path, json: { thief: 'e0', attempt: 1 } }, 404, 'DT_TASK_UNKNOWN');
    await expectRefused('edge', 'stealTask', { json: { thief: 'e9', sequence: 1 } }, 409, 'DT_DEVICE_UNKNOWN');
  });

  it('leaves nothing behind', async () => {
    expect((await ask(address('edge'), 'getResults', trusted())).json()).toEqual({ outcomes: [] });
    const [device]: Schemas['DeviceState'][] = (await ask(address('edge'), 'getCluster', trusted())).json().devices;
    expect(device).toMatchObject({ pending: 0, running: 0, counters: { tilesRun: 0 } });
    const metrics = new TextDecoder().decode((await ask(address('gateway'), 'getMetrics', trusted())).bytes);
    expect(metrics).not.toMatch(/deepthings_results_total\{verdict/);
  });
});

describe('without the right token', () => {
  const WRONG: Record<string, string>[] = [
    {},
    { authorization: 'Bearer wrong' },
    { authorization: `Bearer ${TOKEN}x` },
    { authorization: `Bearer ${TOKEN.slice(0, -1)}` },
    { authorization: 'Bearer ' },
    { authorization: `Basic ${Buffer.from(`:${TOKEN}`).toString('base64')}` },
    { authorization: TOKEN },
    { 'x-api-key': TOKEN },
  ];
  const PATHS = [
    ['GET', '/cluster'],
    ['GET', '/nothing'],
    ['GET', '/frames/zz-1'],
    ['GET', `/frames/${'z'.repeat(500)}`],
    ['POST', '/frames'],
    ['POST', '/frames?wait=abc'],
    ['PATCH', '/frames'],
    ['POST', '/register'],
    ['DELETE', '/frames/zz-1'],
    ['GET', '/events'],
    ['GET', '/metrics'],
    ['GET', '/openapi.json'],
    ['GET', `/cluster?token=${TOKEN}`],
    ['GET', '//livez'],
    ['GET', '/livez/'],
  ] as const;

  it.each(ROLES)('every path of the %s gets the same 401, whether it exists or not', async (role) => {
    const answers = new Set<string>();
    for (const headers of WRONG) {
      for (const [method, path] of PATHS) {
        const { status, headers: answered, bytes, mediaType } = await askPath(address(role), method, path, { headers });
        expect([method, path, status, answered['www-authenticate']]).toEqual([method, path, 401, 'Bearer']);
        expect(problemMistakes({ status, mediaType, bytes })).toEqual([]);
        answers.add(Buffer.from(bytes).toString());
      }
    }
    expect([...answers]).toHaveLength(1);
    expect([...answers][0]).toContain('DT_TOKEN');
  });

  it.each(ROLES)('a ticket of the %s opens its events, and nothing else', async (role) => {
    const { ticket, expiresInSeconds } = (await ask(address(role), 'createEventTicket', trusted())).json();
    expect(expiresInSeconds).toBe(60);
    const query = `ticket=${ticket}`;
    const events = await EventReader.open(address(role), {}, query);
    expect([events.status, events.mediaType]).toEqual([200, 'text/event-stream']);
    events.close();
    await refused(address(role), 'getCluster', { query }, 401, 'DT_TOKEN');
    await refused(address(role), 'createEventTicket', { query }, 401, 'DT_TOKEN');
    const other = address(role === 'edge' ? 'gateway' : 'edge');
    for (const [node, wrong] of [
      [other, ticket],
      [address(role), `${ticket}x`],
      [address(role), `z${ticket}`],
      [address(role), ''],
      [address(role), `${ticket}&ticket=${ticket}`],
    ]) {
      const { detail } = await refused(node, 'getEvents', { query: `ticket=${wrong}` }, 401, 'DT_TOKEN');
      expect(detail).toContain('POST /events/tickets');
    }
  });

  it('a body is not even looked at', async () => {
    const bytes = Buffer.alloc(4 * PICTURE_BYTES);
    await refused(address('gateway'), 'submitFrame', { body: ['image/jpeg', bytes] }, 401, 'DT_TOKEN');
    await refused(address('gateway'), 'postResult', { body: [OCTETS, Buffer.from('x')] }, 401, 'DT_TOKEN');
  });

  it.each(['/livez', '/readyz', '/', '/docs/', '/docs/json', '/livez?x=1'])('%s is open', async (path) => {
    for (const role of ROLES) expect((await askPath(address(role), 'GET', path)).status).toBe(200);
  });

  it('the right one opens every path, in any spelling of the scheme', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      const headers = { authorization: `${scheme} ${TOKEN}` };
      expect((await ask(address('edge'), 'getCluster', { headers })).status).toBe(200);
    }
  });
});

describe('after all that', () => {
  it('a good picture is taken as ever, and only regions that it has can be asked for', async () => {
    const submission = trusted({ query: 'wait=30', form: { image: jpeg } });
    const frame = (await ask(address('gateway'), 'submitFrame', submission)).json();
    expect(frame.state).toBe('complete');
    for (const region of ['5,5,1,1', '0,0,0,1', '0,0,97,96', '90,0,99999,1']) {
      const question: Question = { path: { frame: frame.id }, query: `region=${region}` };
      await expectRefused('gateway', 'getFrameInput', question, 422, 'DT_REGION');
    }
    for (const region of ['', '1,2,3', '-1,0,1,1', '0,0,1,1e1', 'a,b,c,d', '0,0,1,100000']) {
      const question: Question = { path: { frame: frame.id }, query: `region=${region}` };
      await expectRefused('gateway', 'getFrameInput', question, 400, 'DT_REQUEST');
    }
  });
});
