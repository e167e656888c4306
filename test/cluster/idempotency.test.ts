import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { ask, refused } from '../node/ask.js';
import { SMALL, smallPicture } from '../node/small-cluster.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

let cluster: TestCluster;
let gateway: string;
let picture: Buffer;
let other: Buffer;
beforeAll(async () => {
  cluster = await startTestCluster({ yaml: SMALL, devices: 2 });
  gateway = cluster.gateway.address;
  picture = await smallPicture();
  other = Buffer.concat([picture, Buffer.from('more')]);
});
afterAll(() => cluster?.stop());

interface Facts {
  readonly node?: string;
  readonly query?: string;
  readonly bytes?: Buffer;
  readonly form?: boolean;
}

function question(key: string, { query, bytes = picture, form = false }: Facts) {
  const body = form ? { form: { image: bytes } } : { body: ['image/jpeg', bytes] as const };
  return { headers: { 'idempotency-key': key }, ...(query !== undefined && { query }), ...body };
}

const submit = (key: string, facts: Facts = {}) => ask(facts.node ?? gateway, 'submitFrame', question(key, facts));

async function idOf(key: string, facts: Facts = {}): Promise<string> {
  const reply = await submit(key, facts);
  expect(reply.status, JSON.stringify(reply.json())).toBeLessThan(300);
  return (reply.json() as Schemas['Frame']).id;
}

describe('the same key', () => {
  it.each([
    ['the same picture', {}, {}],
    ['a form and a body of the same picture', { form: true }, {}],
    ['the same options', { query: 'source=e1&strategy=ftp-wst' }, { query: 'strategy=ftp-wst&source=e1' }],
    ['another wait', { query: 'wait=0' }, { query: 'wait=20' }],
  ] satisfies [string, Facts, Facts][])('with %s gives the same frame', async (what, first, second) => {
    const key = `same-${what.replaceAll(' ', '-')}`;
    const reply = await submit(key, first);
    expect(reply.headers['idempotency-replayed']).toBeUndefined();
    const again = await submit(key, second);
    expect(again.json().id).toBe(reply.json().id);
    expect(again.headers).toMatchObject({ 'idempotency-replayed': 'true', location: `/frames/${reply.json().id}` });
  });

  it('gives the detections once there are some, to those who wait; the others 202', async () => {
    const id = await idOf('waits');
    const waited = await submit('waits', { query: 'wait=30' });
    expect([waited.status, waited.json().id, waited.json().state]).toEqual([200, id, 'complete']);
    const impatient = await submit('waits');
    expect([impatient.status, impatient.json().id]).toEqual([202, id]);
  });

  it.each([
    ['picture', () => ({ bytes: other })],
    ['source', () => ({ query: 'source=e1' })],
    ['strategy', () => ({ query: 'strategy=modnn' })],
    ['tag', () => ({ query: 'tags=night' })],
  ] satisfies [string, () => Facts][])('with another %s is refused', async (what, facts) => {
    await idOf(`another-${what}`);
    const asked = question(`another-${what}`, facts());
    await refused(gateway, 'submitFrame', asked, 422, 'DT_IDEMPOTENCY_MISMATCH');
  });

  it('at the same time gives one frame', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => idOf('at-once')));
    expect(new Set(ids).size).toBe(1);
    const mixed = await Promise.all([picture, other].map((bytes) => submit('at-once-mixed', { bytes })));
    expect(mixed.map(({ status }) => status).sort()).toEqual([202, 422]);
  });

  it('is the same with quotes and without', async () => {
    expect(await idOf('"quoted"')).toBe(await idOf('quoted'));
  });

  it('names another frame once its frame has been deleted', async () => {
    const id = await idOf('deleted', { query: 'wait=30' });
    await ask(gateway, 'deleteFrame', { path: { frame: id } });
    expect(await idOf('deleted', { bytes: other })).not.toBe(id);
  });

  it('names nothing after a submission that was refused', async () => {
    await refused(
      gateway,
      'submitFrame',
      question('refused', { bytes: Buffer.from('no picture') }),
      415,
      'DT_PICTURE_FORMAT',
    );
    expect(await idOf('refused')).toMatch(/-/);
  });

  it('on a device is the gateway’s, and the frame is one', async () => {
    const node = cluster.devices.get('e1')!.address;
    const id = await idOf('device', { node });
    const again = await submit('device', { node, query: 'wait=30' });
    expect([again.status, again.json().id, again.json().state]).toEqual([200, id, 'complete']);
    await refused(node, 'submitFrame', question('device', { bytes: other }), 422, 'DT_IDEMPOTENCY_MISMATCH');
    const { frames } = (await ask(gateway, 'listFrames', { query: 'source=e1&limit=200' })).json();
    expect(frames.filter((frame: Schemas['Frame']) => frame.id === id)).toHaveLength(1);
  });
});

describe('a key', () => {
  it.each([
    ['that is empty', ''],
    ['with a space', 'two words'],
    ['that is too long', 'k'.repeat(129)],
    ['with a quote in it', 'a"b'],
  ])('%s is refused', async (_what, key) => {
    await refused(gateway, 'submitFrame', question(key, {}), 400, 'DT_REQUEST');
  });

  it('of another submission is another frame', async () => {
    const ids = await Promise.all(['one', 'two'].map((key) => idOf(key)));
    expect(new Set(ids).size).toBe(2);
  });
});
