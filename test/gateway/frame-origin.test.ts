import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway } from '../../server/gateway/gateway-node.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { temporaryFolder } from '../cli/running-cli.js';
import { ask, refused } from '../node/ask.js';
import { EventReader } from '../node/event-reader.js';
import { SMALL, smallPicture } from '../node/small-cluster.js';
import { ANY_PORT, silent, testConfig } from '../support/test-cluster.js';
import { FakeDevice, registration } from './fake-device.js';

/** The device begins one frame and computes nothing: all others wait, and the newest of a camera drops the one before. */
const PATIENT =
  'limits: { queuedFrames: 100, framesPerSource: 1 }\n' +
  'schedule: { heartbeat: { intervalMs: 30000, lostAfterMs: 60000 }, lease: { waitingMs: 60000 } }';
const DOOR = { camera: 'door', tags: ['room:hall', 'night'] };

let device: FakeDevice;
let picture: Buffer;
let folder: string;
let gateway: RunningNode;

beforeAll(async () => {
  device = await FakeDevice.start();
  picture = await smallPicture();
});
afterAll(() => device?.stop());
beforeEach(async () => {
  folder = temporaryFolder();
  gateway = await start();
});
afterEach(() => gateway?.stop());

async function start(): Promise<RunningNode> {
  const config = await testConfig(`${SMALL}\n${PATIENT}\nstore: { path: ${folder} }`, 1, 'http://127.0.0.1:65535');
  const life = await startGateway({ config, token: null, log: silent, listen: ANY_PORT });
  const { model, plan } = (await ask(life.address, 'getCluster')).json();
  const json = registration({ address: device.address, model: model.digest, plan: plan.digest });
  expect((await ask(life.address, 'register', { json })).status).toBe(200);
  return life;
}

const post = (query: string) => ask(gateway.address, 'submitFrame', { query, body: ['image/jpeg', picture] });

async function submit(query: string): Promise<string> {
  const answer = await post(query);
  expect(answer.status, JSON.stringify(answer.json())).toBe(202);
  return answer.json().id;
}

async function list(query: string) {
  return (await ask(gateway.address, 'listFrames', { query })).json();
}

async function idsOf(query: string): Promise<string[]> {
  return (await list(query)).frames.map(({ id }: { id: string }) => id);
}

const frame = async (id: string) => (await ask(gateway.address, 'getFrame', { path: { frame: id } })).json();

describe('where a frame is from', () => {
  it('is in its answers and events; nothing of what its submission does not say', async () => {
    const events = await EventReader.open(gateway.address);
    const answer = await post('camera=door&tags=room:hall,night');
    expect(answer.json()).toMatchObject(DOOR);
    const isOfFrame = (id: string) => (event: { event: string; data: unknown }) =>
      event.event === 'frame' && (event.data as { id: string }).id === id;
    expect((await events.until(isOfFrame(answer.json().id))).at(-1)!.data).toMatchObject(DOOR);
    const plain = await submit('');
    expect(Object.keys(await frame(plain))).not.toEqual(expect.arrayContaining(['tags']));
    expect(Object.keys(await frame(plain))).not.toEqual(expect.arrayContaining(['camera']));
    events.close();
  });

  it('finds frames, on each page', async () => {
    const first = await submit('camera=door&queue=all&tags=night');
    await submit('camera=yard&queue=all&tags=night');
    const third = await submit('camera=door&queue=all&tags=room:hall&tags=night');
    await submit('tags=room:yard');
    expect(await idsOf('camera=door')).toEqual([third, first]);
    expect(await idsOf('tag=room:hall')).toEqual([third]);
    expect(await idsOf('tag=hall')).toEqual([]);
    const page = await list('tag=night&camera=door&limit=1');
    expect(page.frames).toMatchObject([{ id: third, camera: 'door', tags: ['room:hall', 'night'] }]);
    expect(await idsOf(page.next.split('?')[1])).toEqual([first]);
  });

  it('outlives the gateway, of open frames and of those that have ended', async () => {
    const begun = await submit('camera=door&tags=room:hall,night');
    const dropped = await submit('camera=door&tags=room:hall,night');
    const waiting = await submit('camera=door&tags=room:hall,night');
    expect(await frame(dropped)).toMatchObject({ ...DOOR, state: 'dropped' });
    await gateway.stop();
    gateway = await start();
    expect(await idsOf('tag=night')).toEqual([waiting, dropped, begun]);
    for (const id of [begun, dropped, waiting]) expect(await frame(id)).toMatchObject(DOOR);
    expect(await idsOf('tag=night&state=dropped')).toEqual([dropped]);
  });

  it.each([
    ['a tag with a space', 'tags=at%20night', 'such as room:hall'],
    ['an empty tag', 'tags=', 'such as room:hall'],
    ['a tag of 33 characters', `tags=${'x'.repeat(33)}`, 'such as room:hall'],
    ['nine tags', 'tags=a,b,c,d,e,f,g,h,i', 'a list of 1 to 8 different entries'],
    ['a tag twice', 'tags=night,night', 'a list of 1 to 8 different entries'],
    ['a camera of 65 characters', `camera=${'x'.repeat(65)}`, 'such as door'],
  ])('is refused where it has %s', async (_what, query, said) => {
    const name = query.split('=')[0]!;
    const question = { query, body: ['image/jpeg', picture] as const };
    const { detail } = await refused(gateway.address, 'submitFrame', question, 400, 'DT_REQUEST');
    expect(detail).toMatch(new RegExp(`^query parameter ${name}: expected .*${said}`));
  });

  it('is refused in a list where nothing can be from there', async () => {
    for (const query of ['camera=a%20b', 'tag=a,b']) {
      await refused(gateway.address, 'listFrames', { query }, 400, 'DT_REQUEST');
    }
  });
});
