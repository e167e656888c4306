import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { startEdge } from '../../server/edge/edge-node.js';
import { letterboxPicture } from '../../server/imaging/letterbox.js';
import { planCluster } from '../../server/node/cluster-plan.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { encodeGangStrips } from '../../server/node/wire/gang-strips.js';
import { decodeTaskBody, type WirePlan } from '../../server/node/wire/task-body.js';
import { ask, refused } from '../node/ask.js';
import { SMALL, smallPicture, taskBody, wirePlanOf } from '../node/small-cluster.js';
import { ANY_PORT, silent, testConfig, waitUntil } from '../support/test-cluster.js';
import { FakeGateway } from './fake-gateway.js';

const OCTETS = 'application/octet-stream';
const log = vi.spyOn(silent, 'info');
const LIMITS = 'limits: { queuedFrames: 2 }';

function startDevice(config: Awaited<ReturnType<typeof testConfig>>): Promise<RunningNode> {
  return startEdge({ config, device: 'e0', token: null, log: silent, listen: ANY_PORT });
}

describe('a device whose gateway is away', () => {
  let device: RunningNode;
  let wirePlan: WirePlan;
  beforeAll(async () => {
    const config = await testConfig(`${SMALL}\n${LIMITS}`, 2, 'http://127.0.0.1:65535');
    device = await startDevice(config);
    wirePlan = await wirePlanOf(config, (await ask(device.address, 'getCluster')).json().plan.digest);
  });
  afterAll(() => device?.stop());

  const push = (facts: object) => ask(device.address, 'pushTask', { body: [OCTETS, taskBody(wirePlan, facts)] });
  const steal = (sequence: number, thief = 'e1') => ask(device.address, 'stealTask', { json: { thief, sequence } });

  it('is alive, and says what it is not ready for', async () => {
    expect((await ask(device.address, 'getLive')).status).toBe(200);
    await waitUntil(async () => (await ask(device.address, 'getReady')).json().detail.includes('65535'));
    expect((await ask(device.address, 'getReady')).json()).toMatchObject({ status: 503, code: 'DT_NOT_READY' });
  });

  it('takes no picture: it would have no frame id', async () => {
    const reply = await ask(device.address, 'submitFrame', { body: ['image/jpeg', await smallPicture()] });
    expect([reply.status, reply.json().code]).toEqual([503, 'DT_GATEWAY_AWAY']);
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    const { frames, devices } = (await ask(device.address, 'getCluster')).json();
    expect([frames.open, devices[0].pending]).toEqual([0, 0]);
  });

  it('hands its tasks to thieves: a repeated request gets the same one, the next another', async () => {
    // What it computes cannot be sent, so that all but the first few of these stay in the queue.
    let frame = 0;
    while ((await ask(device.address, 'getCluster')).json().devices[0].pending < 8) {
      expect((await push({ frame: `zz-${++frame}` })).json()).toEqual({ status: 'queued' });
    }
    const first = await steal(1);
    const task = decodeTaskBody(wirePlan, first.bytes);
    expect(task).toMatchObject({ tile: 0, attempt: 1, source: 'e0' });
    expect(Buffer.from((await steal(1)).bytes).equals(first.bytes)).toBe(true);
    expect(decodeTaskBody(wirePlan, (await steal(2)).bytes).frame).not.toBe(task.frame);
    expect((await push({ frame: `zz-${frame}` })).json()).toEqual({ status: 'duplicate' });
  });

  it('takes back the task that a thief cannot do, once, and from that thief only', async () => {
    const { frame, tile, attempt } = decodeTaskBody(wirePlan, (await steal(3)).bytes);
    const question = (thief: string) => ({ path: { frame, tile }, json: { thief, attempt } });
    await refused(device.address, 'returnTask', question('e0'), 404, 'DT_TASK_UNKNOWN');
    expect((await ask(device.address, 'returnTask', question('e1'))).status).toBe(204);
    await refused(device.address, 'returnTask', question('e1'), 404, 'DT_TASK_UNKNOWN');
    expect(decodeTaskBody(wirePlan, (await steal(4)).bytes).frame).toBe(frame);
  });

  it('refuses tasks beyond its bound, and says when to come back', async () => {
    let reply = await push({ frame: 'yy-1' });
    for (let i = 2; i <= 40 && reply.status === 202; i++) reply = await push({ frame: `yy-${i}` });
    expect([reply.status, reply.json().code]).toEqual([429, 'DT_OVERLOADED']);
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('holds strips of a gang until their block comes, and takes each body once', async () => {
    const { maps } = wirePlan.plan;
    const region = { x0: 0, x1: maps[1]!.width, y0: 0, y1: 1 };
    const data = new Float32Array(maps[1]!.channels * region.x1);
    const bytes = encodeGangStrips(maps, { strips: [{ map: 1, region, data }], sharedDigest: null }, 'f32');
    const question = (query = 'stage=0&generation=1&attempt=2', body = bytes) => ({
      path: { frame: 'xx-1', tile: 1 },
      query,
      body: [OCTETS, body] as const,
    });
    const put = (query?: string) => ask(device.address, 'putOverlap', question(query));
    const held = async () =>
      /deepthings_held\{[^}]*what="bytes of gang strips"[^}]*\} (\d+)/.exec(
        Buffer.from((await ask(device.address, 'getMetrics')).bytes).toString(),
      )?.[1];
    expect([(await put()).status, (await put()).status, (await put('stage=0&generation=1&attempt=1')).status]).toEqual([
      204, 204, 204,
    ]);
    expect(await held()).toBe(String(data.byteLength));
    await refused(device.address, 'putOverlap', question('stage=0&generation=1'), 400, 'DT_REQUEST');
    await refused(device.address, 'putOverlap', question('stage=1000&generation=1&attempt=2'), 400, 'DT_REQUEST');
    const other = encodeGangStrips(
      [maps[0]!, { ...maps[1]!, channels: 1 }],
      { strips: [{ map: 1, region, data: data.subarray(0, region.x1) }], sharedDigest: null },
      'f32',
    );
    await refused(device.address, 'putOverlap', question(undefined, other), 422, 'DT_OVERLAP_BODY');
  });

  it('ends all the same, within a few seconds', async () => {
    const startedMs = performance.now();
    await device.stop();
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});

describe('what the gateway says of a picture that a device was given', () => {
  let gateway: FakeGateway;
  let device: RunningNode;
  let picture: Buffer;
  let frame: Schemas['Frame'];
  beforeAll(async () => {
    gateway = await FakeGateway.start();
    const config = await testConfig(`${SMALL}\n${LIMITS}`, 1, gateway.address);
    device = await startDevice(config);
    picture = await smallPicture();
    const { digest: inputDigest } = await letterboxPicture(picture, (await planCluster(config)).network);
    const links = { self: '/frames/zz-1', image: '/i', annotated: '/a', trace: '/t' };
    const createdAt = '2026-11-23T09:30:00.000Z';
    frame = {
      ...{
        id: 'zz-1',
        state: 'queued',
        source: 'e0',
        strategy: 'ftp-wst-s',
        createdAt,
        endedAt: null,
        inputDigest,
        links,
      },
      picture: { mediaType: 'image/jpeg', width: 64, height: 48, bytes: picture.byteLength, kept: true },
      placement: { left: 0, top: 8, width: 64, height: 48 },
      tiles: { total: 4, done: 0, byDevice: {} },
      timing: { totalMs: null, fusedMs: null, remainingMs: null },
      ...{ detections: null, classification: null, failure: null },
    };
  });
  afterAll(async () => {
    await device?.stop();
    await gateway?.stop();
  });

  const submit = (query = '') => ask(device.address, 'submitFrame', { query, body: ['image/jpeg', picture] });

  it.each([
    [429, 'DT_OVERLOADED', 429, 'DT_OVERLOADED', '7'],
    [413, 'DT_PICTURE_DIMENSIONS', 413, 'DT_PICTURE_DIMENSIONS', undefined],
    [503, 'DT_NO_DEVICE', 503, 'DT_GATEWAY_AWAY', '2'],
    [500, 'DT_INTERNAL', 503, 'DT_GATEWAY_AWAY', '2'],
    [401, 'DT_TOKEN', 503, 'DT_GATEWAY_AWAY', '2'],
  ])('%i %s is told to the client as %i %s', async (status, code, told, toldCode, retryAfter) => {
    gateway.problem('POST /devices/e0/frames', status, code, status === 429 ? { 'retry-after': '7' } : {});
    const reply = await submit();
    expect([reply.status, reply.json().code, reply.headers['retry-after']]).toEqual([told, toldCode, retryAfter]);
    expect(reply.json().detail).toContain(`because ${code}`);
    expect((await ask(device.address, 'getCluster')).json().frames.open).toBe(0);
  });

  it('the camera, the tags, the strategy and its bounds reach the gateway', async () => {
    gateway.json('POST /devices/e0/frames', 202, { ...frame, id: 'zz-9', inputDigest: null });
    await submit('camera=door&tags=night,room:hall&queue=all&strategy=auto&members=3&within=900');
    const asked = {
      camera: 'door',
      tags: 'night,room:hall',
      queue: 'all',
      strategy: 'auto',
      members: '3',
      within: '900',
    };
    expect(gateway.query('POST /devices/e0/frames')).toMatchObject(asked);
  });

  it('a frame that is accepted is queued, and how it ended reaches who waits', async () => {
    gateway.json('POST /devices/e0/frames', 202, frame);
    const failure = { code: 'DT_FRAME_TIMEOUT', detail: 'too late' };
    const endedAt = '2026-11-23T09:30:01.000Z';
    gateway.json('GET /frames/zz-1', 200, { ...frame, state: 'failed', endedAt, failure });
    const waiting = submit('wait=30');
    await waitUntil(async () => (await ask(device.address, 'getCluster')).json().frames.open === 1);
    const outcome = {
      frame: 'zz-1',
      state: 'failed',
      endedAt,
      detections: null,
      classification: null,
      failure,
    } as const;
    for (let told = 0; told < 2; told++) {
      expect((await ask(device.address, 'postResult', { json: outcome })).status).toBe(204);
    }
    const reply = await waiting;
    expect([reply.status, reply.json().code]).toEqual([500, 'DT_FRAME_TIMEOUT']);
    expect((await ask(device.address, 'getCluster')).json().frames).toEqual({
      open: 0,
      complete: 0,
      failed: 1,
      dropped: 0,
    });
  });

  it('that a frame has ended reaches who waits also where a heartbeat says so first, and how is taken afterwards', async () => {
    const failure = { code: 'DT_FRAME_TIMEOUT', detail: 'too late' };
    const endedAt = '2026-11-23T09:30:01.000Z';
    gateway.json('POST /devices/e0/frames', 202, { ...frame, id: 'zz-4' });
    gateway.json('GET /frames/zz-4', 200, { ...frame, id: 'zz-4', state: 'failed', endedAt, failure });
    const waiting = submit('wait=25');
    await waitUntil(async () => (await ask(device.address, 'getCluster')).json().frames.open === 1);
    const startedMs = performance.now();
    gateway.json('POST /register', 200, { epoch: 'fake', heartbeatMs: 1_000, ended: ['zz-4'] });
    expect((await waiting).status).toBe(500);
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    const outcome = { frame: 'zz-4', state: 'failed', endedAt, detections: null, classification: null, failure };
    const before = (await ask(device.address, 'getCluster')).json().frames;
    expect((await ask(device.address, 'postResult', { json: outcome })).status).toBe(204);
    expect((await ask(device.address, 'getCluster')).json().frames).toEqual({ ...before, failed: before.failed + 1 });
  });

  it('each attempt of a frame of the gateway’s is taken once, however often it comes, and at once or later', async () => {
    const query = `attempt=1&digest=${frame.inputDigest}&strategy=ftp-wst`;
    const path = { frame: 'zz-2' };
    const give = () => ask(device.address, 'deliverFrame', { path, query, body: ['image/jpeg', picture] });
    const queued = log.mock.calls.length;
    const replies = [...(await Promise.all([give(), give()])), await give()];
    expect(replies.map(({ status }) => status)).toEqual([204, 204, 204]);
    const taken = log.mock.calls.slice(queued).filter(([, text]) => text === 'frame queued');
    expect(taken).toEqual([[{ frame: 'zz-2', attempt: 1, tiles: 4 }, 'frame queued']]);
  });

  it('of a frame that it does not know, when the device asks it for its own input, is told as it says it', async () => {
    gateway.problem('GET /frames/zz-3/input', 404, 'DT_FRAME_UNKNOWN');
    const query = `attempt=1&digest=${'0'.repeat(64)}&strategy=ftp-wst`;
    const given = { path: { frame: 'zz-3' }, query, body: ['image/jpeg', picture] } as const;
    await refused(device.address, 'deliverFrame', given, 404, 'DT_FRAME_UNKNOWN');
    expect(log.mock.calls.filter(([facts]) => (facts as { frame?: string }).frame === 'zz-3')).toEqual([]);
  });

  it('a frame of the gateway’s without attempt and digest is refused', async () => {
    const question = { path: { frame: 'zz-1' }, body: ['image/jpeg', picture] } as const;
    const { errors } = await refused(device.address, 'deliverFrame', question, 400, 'DT_REQUEST');
    expect(errors?.map(({ name }) => name).sort()).toEqual(['attempt', 'digest', 'strategy']);
  });
});
