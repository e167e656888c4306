import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationId, Schemas } from '../../client/client.js';
import { OPERATIONS } from '../../client/generated/operations.js';
import { isWelcomePath } from '../../server/edge/api/welcome-page.js';
import { ERROR_CODES } from '../../server/error-codes.js';
import { isDashboardPath } from '../../server/gateway/api/dashboard-files.js';
import { peoplesContract } from '../../server/node/contract/audience.js';
import { readContract } from '../../server/node/contract/contract.js';
import { decodeSafetensors } from '../../server/tensor/safetensors.js';
import { ask, askPath, type Question, type Reply, refused } from '../node/ask.js';
import { contract, schemaMistakes } from '../node/contract-answers.js';
import { EventReader } from '../node/event-reader.js';
import { DIGEST, resultBody, SMALL, SMALL_TILES, smallPicture, taskBody, wirePlanOf } from '../node/small-cluster.js';
import { startTestCluster, type TestCluster, waitUntil } from '../support/test-cluster.js';

/** `METHOD path` of every route, for each node in the order in which they were made. */
const routes: Set<string>[] = [];

function noteRoutes(message: unknown): void {
  const noted = new Set<string>();
  routes.push(noted);
  (message as { fastify: FastifyInstance }).fastify.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat()) noted.add(`${name} ${url}`);
  });
}

const OCTETS = 'application/octet-stream';

let cluster: TestCluster;
let gateway: string;
let device: string;
let picture: Buffer;
let ended: Schemas['Frame'];

beforeAll(async () => {
  subscribe('fastify.initialization', noteRoutes);
  cluster = await startTestCluster({ yaml: `${SMALL}\nlimits: { keptOutputs: 10 }`, devices: 2 });
  unsubscribe('fastify.initialization', noteRoutes);
  gateway = cluster.gateway.address;
  device = cluster.devices.get('e0')!.address;
  picture = await smallPicture();
  const reply = await ask(gateway, 'submitFrame', { query: 'wait=30', body: ['image/jpeg', picture] });
  expect(reply.status).toBe(200);
  ended = reply.json();
});
afterAll(() => cluster?.stop());

describe('the routes of a node', () => {
  const declared = Object.values(OPERATIONS).map(
    ({ method, path }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
  );

  it.each([
    ['the gateway', 0],
    ['an edge device', 1],
  ])('are those of the contract and no others: %s', (_name, node) => {
    const own = [...routes[node]!].filter((route) => {
      const [method, path] = route.split(' ') as [string, string];
      const beside = path.startsWith('/docs') || (node === 0 ? isDashboardPath(path) : isWelcomePath(path));
      return !beside && !(method === 'HEAD' && declared.includes(`GET ${path}`));
    });
    expect(own.sort()).toEqual(declared.toSorted());
  });
});

describe('each role answers every operation', () => {
  const GATEWAY_ONLY = ['listFrames', 'getFrame', 'deleteFrame', 'getFrameImage', 'getFrameAnnotated'];
  const DEVICES = ['listDevices', 'getDevice', 'drainDevice', 'resumeDevice', 'releaseDevice'];
  const ONLY_ON: Record<string, string[]> = {
    gateway: [...GATEWAY_ONLY, 'submitOwnFrame', 'getFrameTrace', 'getFrameOutput', ...DEVICES],
    edge: ['deliverFrame', 'pushTask', 'returnTask', 'getResults'],
  };
  const outcome = {
    frame: 'zz-1',
    state: 'failed',
    endedAt: '2026-11-23T09:30:00.000Z',
    detections: null,
    classification: null,
    failure: null,
  };
  const BODIES: Record<string, Question> = {
    stealTask: { json: { thief: 'e1', sequence: 1 } },
    returnTask: { json: { thief: 'e1', attempt: 1 } },
    pushTask: { body: [OCTETS, 'x'] },
    submitOwnFrame: { body: ['image/jpeg', 'x'] },
    deliverFrame: { body: ['image/jpeg', 'x'] },
    putOverlap: { body: [OCTETS, 'x'] },
    'postResult gateway': { body: [OCTETS, 'x'] },
    'postResult edge': { json: outcome },
  };
  const QUERIES: Record<string, string> = {
    deliverFrame: `attempt=1&strategy=ftp-wst&digest=${'d'.repeat(64)}`,
    getFrameInput: 'region=0,0,1,1',
    getOverlap: 'regions=0:0,0,1,1',
  };

  const operations = (Object.keys(OPERATIONS) as OperationId[]).filter((operation) => operation !== 'getEvents');
  it.each(operations)('%s', async (operation) => {
    for (const role of ['gateway', 'edge'] as const) {
      const reply = await ask(role === 'gateway' ? gateway : device, operation, {
        path: { frame: 'zz-1', tile: 0, device: 'zz' },
        query: QUERIES[operation] ?? '',
        ...(BODIES[operation] ?? BODIES[`${operation} ${role}`]),
      });
      const code = reply.mediaType === 'application/problem+json' ? reply.json().code : null;
      const other = Object.keys(ONLY_ON).find((only) => only !== role && ONLY_ON[only]!.includes(operation));
      if (other !== undefined) {
        expect([reply.status, code]).toEqual([404, 'DT_OTHER_ROLE']);
        expect(reply.json().detail).toContain(other === 'gateway' ? 'the gateway does' : 'edge devices do');
      } else {
        expect(reply.status).toBeLessThan(500);
        expect(['DT_OTHER_ROLE', 'DT_NOT_FOUND']).not.toContain(code);
      }
    }
  });
});

describe('what a run answers is in the contract', () => {
  const look = (operation: OperationId, question: Question = {}): Promise<Reply> =>
    ask(gateway, operation, { path: { frame: ended.id }, ...question });

  it('a submission that waits, and one that does not', async () => {
    expect(ended).toMatchObject({ state: 'complete', failure: null, tiles: { total: SMALL_TILES, done: SMALL_TILES } });
    const later = await ask(gateway, 'submitFrame', { form: { image: picture, note: 'text beside it' } });
    expect(later.status).toBe(202);
    expect(later.headers.location).toBe(later.json().links.self);
    expect((await askPath(gateway, 'GET', later.headers.location as string)).status).toBe(200);
  });

  it.each(['jpeg', 'png', 'webp'] as const)('a submission of a %s', async (format) => {
    const bytes = await smallPicture(format);
    const reply = await ask(gateway, 'submitFrame', { query: 'wait=30', body: [`image/${format}`, bytes] });
    expect(reply.json()).toMatchObject({ state: 'complete', picture: { mediaType: `image/${format}`, width: 64 } });
    const image = await ask(gateway, 'getFrameImage', { path: { frame: reply.json().id } });
    expect(image.mediaType).toBe(`image/${format}`);
    expect(Buffer.from(image.bytes).equals(bytes)).toBe(true);
  });

  it('a submission to a device, with links that lead to the gateway', async () => {
    const reply = await ask(device, 'submitFrame', { query: 'wait=30', body: ['image/jpeg', picture] });
    expect(reply.status).toBe(200);
    expect(reply.json().links.self).toBe(`${gateway}/frames/${reply.json().id}`);
    // That it has ended may be known before how.
    const latest = async () => (await ask(device, 'getResults')).json().outcomes[0];
    await waitUntil(async () => (await latest())?.frame === reply.json().id);
    expect(await latest()).toMatchObject({ state: 'complete' });
  });

  it('the frames in pages, and one of them', async () => {
    const all: string[] = [];
    for (let next: string | null = '/frames?limit=1&state=complete,failed'; next !== null; ) {
      const page = (await askPath(gateway, 'GET', next)).json();
      expect(page.frames).toHaveLength(1);
      all.push(page.frames[0].id);
      expect(page.nextBefore).toBe(page.next === null ? null : all.at(-1));
      next = page.next;
    }
    const whole = (await look('listFrames', { query: 'state=complete&state=failed' })).json();
    expect(whole.frames.map(({ id }: { id: string }) => id)).toEqual(all);
    expect(all.length).toBeGreaterThan(1);
    expect((await look('getFrame')).json()).toEqual(ended);
  });

  it('its picture, annotated, its trace', async () => {
    expect((await look('getFrameAnnotated')).mediaType).toBe('image/jpeg');
    const trace = (await look('getFrameTrace')).json();
    expect(trace.tiles.map(({ state }: { state: string }) => state)).toEqual(Array(SMALL_TILES).fill('done'));
  });

  it('its input and its merged output as tensors', async () => {
    const { tensors, metadata } = decodeSafetensors((await look('getFrameInput', { query: 'region=1,2,5,9' })).bytes);
    expect(tensors.get('input')).toMatchObject({ type: 'U8', shape: [3, 7, 4] });
    expect(metadata.inputDigest).toBe(ended.inputDigest);
    const kept = (await look('submitFrame', { query: 'wait=30', body: ['image/jpeg', picture] })).json();
    const output = decodeSafetensors((await look('getFrameOutput', { path: { frame: kept.id } })).bytes);
    const { stages } = (await look('getPlan', {})).json();
    expect([...output.tensors.keys()]).toEqual(stages[0].values);
    for (const tensor of output.tensors.values()) expect(tensor).toMatchObject({ type: 'F32' });
  });

  it('a frame that is forgotten', async () => {
    const { id } = (
      await ask(gateway, 'submitFrame', { query: 'wait=30', body: ['image/png', await smallPicture('png')] })
    ).json();
    expect((await ask(gateway, 'deleteFrame', { path: { frame: id } })).status).toBe(204);
    await refused(gateway, 'getFrame', { path: { frame: id } }, 404, 'DT_FRAME_UNKNOWN');
  });

  it.each(['getCluster', 'getPlan', 'getLive', 'getReady', 'getMetrics', 'getContract'] as const)(
    '%s, on both roles',
    async (operation) => {
      for (const node of [gateway, device]) expect((await ask(node, operation)).status).toBe(200);
    },
  );

  it('the contract itself, to programs and to people', async () => {
    expect((await ask(gateway, 'getContract', { query: 'audience=nodes' })).json()).toEqual(contract);
    const people = (await ask(device, 'getContract')).json();
    expect(people).toEqual(peoplesContract(readContract()));
    const redirect = await askPath(gateway, 'GET', '/docs');
    expect([redirect.status, redirect.headers.location]).toEqual([308, 'docs/']);
    const docs = await askPath(gateway, 'GET', '/docs/');
    expect([docs.status, docs.mediaType]).toEqual([200, 'text/html']);
    expect((await askPath(gateway, 'GET', '/docs/json')).json().paths).toEqual(people.paths);
  });

  it('what a device is, to whoever opens its address', async () => {
    const page = await askPath(device, 'GET', '/');
    expect([page.status, page.mediaType]).toEqual([200, 'text/html']);
    expect(Buffer.from(page.bytes).toString()).toContain(`<a href="${gateway}">`);
  });

  it('its devices, and one of them', async () => {
    const { devices } = (await ask(gateway, 'listDevices')).json();
    expect(devices.map(({ device: id }: { device: string }) => id)).toEqual(['e0', 'e1']);
    const one = (await ask(gateway, 'getDevice', { path: { device: 'e1' } })).json();
    expect([one.device, one.address]).toEqual([devices[1].device, devices[1].address]);
    await refused(gateway, 'getDevice', { path: { device: 'e9' } }, 404, 'DT_DEVICE_UNKNOWN');
  });

  it('the page that a problem leads to', async () => {
    const { type, code } = (await askPath(device, 'GET', '/nothing')).json();
    const [path, anchor] = type.split('#');
    const page = await askPath(device, 'GET', path);
    expect([page.status, page.mediaType, anchor]).toEqual([200, 'text/html', code]);
    const text = Buffer.from(page.bytes).toString();
    for (const known of Object.keys(ERROR_CODES)) expect(text).toContain(`<dt id="${known}">`);
    expect(text).not.toContain('`');
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'.*; style-src 'sha256-[\w+/]{43}='$/);
  });

  it('what devices say to the gateway', async () => {
    const { epoch, plan, devices } = (await ask(gateway, 'getCluster')).json();
    const wirePlan = await wirePlanOf(cluster.config, plan.digest);
    const post = (facts: object) => ask(gateway, 'postResult', { body: [OCTETS, resultBody(wirePlan, facts)] });
    const { id: frame, inputDigest } = ended;
    expect((await post({ frame, inputDigest })).json()).toEqual({ status: 'stale' });
    expect((await post({ frame })).json()).toEqual({ status: 'stale' });
    expect((await ask(gateway, 'stealTask', { json: { thief: 'e0', sequence: 1 } })).status).toBe(204);
    expect(devices.map(({ state }: { state: string }) => state)).toEqual(['live', 'live']);
    expect((await ask(device, 'register', { json: { kind: 'gateway', epoch } })).json().epoch).toBe(epoch);
  });

  it('a task that is pushed to a device', async () => {
    const { plan } = (await ask(device, 'getCluster')).json();
    const body = taskBody(await wirePlanOf(cluster.config, plan.digest), { inputDigest: DIGEST });
    const reply = await ask(device, 'pushTask', { body: [OCTETS, body] });
    expect([reply.status, reply.json().status]).toEqual([202, 'queued']);
  });
});

describe('events', () => {
  const submit = async (): Promise<string> =>
    (await ask(gateway, 'submitFrame', { query: 'wait=30', body: ['image/jpeg', picture] })).json().id;
  const endOf = (frame: string) => (event: { event: string; data: unknown }) =>
    event.event === 'frame' &&
    (event.data as { id: string }).id === frame &&
    (event.data as Schemas['Frame']).endedAt !== null;

  it('tell all that happens to a frame, on the gateway and on the device', async () => {
    const reader = await EventReader.open(gateway);
    expect([reader.status, reader.mediaType]).toEqual([200, 'text/event-stream']);
    const own = await EventReader.open(device);
    const frame = await submit();
    const seen = await reader.until(endOf(frame));
    reader.close();
    for (const event of seen) expect(schemaMistakes('ServerEvent', event), event.event).toEqual([]);
    const tiles = seen.filter(({ event, data }) => event === 'tile' && (data as { event: string }).event === 'done');
    expect(tiles).toHaveLength(SMALL_TILES);
    if (tiles.some(({ data }) => (data as { device: string }).device === 'e0')) {
      const { event, data } = (await own.next())!;
      expect([event, schemaMistakes('TileEvent', data)]).toEqual(['tile', []]);
    }
    own.close();
  });

  it('go on where a client left off', async () => {
    const reader = await EventReader.open(gateway);
    const seen = await reader.until(endOf(await submit()));
    reader.close();
    const again = await EventReader.open(gateway, { 'last-event-id': seen[0]!.id });
    for (const event of seen.slice(1)) expect(await again.next()).toEqual(event);
    again.close();
  });

  it('are those of the names that are asked for', async () => {
    const reader = await EventReader.open(gateway, {}, 'types=frame&types=problem');
    const seen = await reader.until(endOf(await submit()));
    reader.close();
    expect(new Set(seen.map(({ event }) => event))).toEqual(new Set(['frame']));
    const { errors } = await refused(gateway, 'getEvents', { query: 'types=frame,tiles' }, 400, 'DT_REQUEST');
    expect(errors).toEqual([{ in: 'query', name: 'types', detail: 'expected one of device, frame, tile, problem' }]);
  });

  it('begin with a reset for a client that comes from elsewhere', async () => {
    const reader = await EventReader.open(gateway, { 'last-event-id': 'another-7' });
    const first = await reader.next();
    expect(first).toMatchObject({ event: 'reset', data: {} });
    expect(schemaMistakes('ServerEvent', first)).toEqual([]);
    reader.close();
  });

  it('are refused to a client that sends what is no id', async () => {
    await refused(gateway, 'getEvents', { headers: { 'last-event-id': 'x'.repeat(65) } }, 400, 'DT_REQUEST');
  });
});
