import { once } from 'node:events';
import { request } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bodyDigest, DIGEST_HEADER } from '../../../client/body-digest.js';
import { OPERATIONS } from '../../../client/generated/operations.js';
import { overlapHandlers } from '../../../server/edge/api/overlap-handlers.js';
import { StripExchange } from '../../../server/edge/gang/strip-exchange.js';
import { HELD_STRIPS_MS } from '../../../server/node/contract/calls.js';
import { drainingProblem, RequestsUnderWay } from '../../../server/node/draining.js';
import { createNodeApp } from '../../../server/node/http/node-app.js';
import { decodeGangStrips, encodeGangStrips } from '../../../server/node/wire/gang-strips.js';
import { planLayers } from '../../geometry/chain-graphs.js';
import { chain, conv } from '../../geometry/layer-chains.js';
import { ask, type Reply, refused } from '../../node/ask.js';
import { silent } from '../../support/test-cluster.js';
import { testDevice, testFrames } from '../test-device.js';

const plan = planLayers(chain({ channels: 3, height: 12, width: 6 }, [conv(3, 2)]), 1, { rows: 1, columns: 1 });
const { maps } = plan.stage;
const TASK = { frame: 'f-1', generation: 1, attempt: 1 };
/** The strips that member 0 asks this device for. */
const BODY = { to: 0, stage: 0, before: 1 };
const region = { x0: 0, x1: 6, y0: 0, y1: 1 };
const own = encodeGangStrips(
  maps,
  { strips: [{ map: 1, region, data: new Float32Array(12).fill(3) }], sharedDigest: 'a'.repeat(16) },
  'f32',
);
const given = encodeGangStrips(
  maps,
  { strips: [{ map: 1, region, data: new Float32Array(12) }], sharedDigest: null },
  'f32',
);

const PATH = { frame: 'f-1', tile: 0 };
const QUERY = 'stage=0&generation=1&attempt=1&answer=strips';
const QUESTION = { path: PATH, query: QUERY, body: ['application/octet-stream', given] } as const;

let app: FastifyInstance;
let address: string;
let strips: StripExchange;
let frames: ReturnType<typeof testFrames>;
let isServing: boolean;
const underWay = new RequestsUnderWay();

beforeEach(async () => {
  const edge = testDevice({ plan });
  frames = testFrames(edge);
  strips = new StripExchange(edge, frames);
  isServing = true;
  const requireServing = () => {
    if (!isServing) throw drainingProblem('device e0');
  };
  const others = Object.fromEntries(Object.keys(OPERATIONS).map((operation) => [operation, async () => ({})]));
  const tasks = { strips, overlap: {} } as unknown as Parameters<typeof overlapHandlers>[1];
  app = await createNodeApp({
    role: 'edge',
    handlers: { ...others, ...overlapHandlers(edge, tasks, { underWay, drain: { requireServing } }) },
    ...{ token: null, tls: null, log: silent, metrics: edge.metrics, hosts: ['127.0.0.1'] },
    refused: null as never,
    ...{ pictureBytes: 1_000, tensorBytes: 100_000 },
  });
  address = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  vi.useRealTimers();
  await app.close();
});

const asked = (): Promise<Reply> => ask(address, 'putOverlap', QUESTION);

/** Resolves when the device holds so many questions. */
const held = (count: number) => vi.waitFor(() => expect(strips.answers.held).toBe(count));

function expectStrips({ bytes, headers, mediaType, status }: Reply): void {
  expect([status, mediaType]).toEqual([200, 'application/octet-stream']);
  expect(headers[DIGEST_HEADER]).toBe(bodyDigest(own));
  expect(decodeGangStrips(() => maps, bytes).strips[0]!.data[0]).toBe(3);
}

describe('a request for strips', () => {
  it('gives strips, and is answered with others, again when it is repeated', async () => {
    strips.inbox.open(TASK, [{ from: 0, stage: 0 }]);
    strips.answers.open(TASK, [BODY]);
    const answer = asked();
    await held(1);
    strips.answers.give(TASK, BODY, own);
    expectStrips(await answer);
    const [taken] = (await strips.inbox.wait(TASK, [{ from: 0, stage: 0 }], new AbortController().signal))!;
    expect(taken!.strips).toHaveLength(1);
    expectStrips(await asked());
  });

  it('is answered without where they were there first: they are sent', async () => {
    strips.answers.open(TASK, [BODY]);
    expect(strips.answers.give(TASK, BODY, own)).toBe(false);
    expect((await asked()).status).toBe(204);
  });

  it('is held until they are computed; its strips are taken at once', async () => {
    strips.inbox.open(TASK, [{ from: 0, stage: 0 }]);
    strips.answers.open(TASK, [BODY]);
    const answer = asked();
    await held(1);
    expect(await strips.inbox.wait(TASK, [{ from: 0, stage: 0 }], new AbortController().signal)).toHaveLength(1);
    strips.answers.give(TASK, BODY, own);
    expectStrips(await answer);
  });

  it('may come before the task', async () => {
    const answer = asked();
    await held(1);
    strips.inbox.open(TASK, [{ from: 0, stage: 0 }]);
    strips.answers.open(TASK, [BODY]);
    strips.answers.give(TASK, BODY, own);
    expectStrips(await answer);
  });

  it('is answered without them when they take too long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const answer = asked();
    while (strips.answers.held === 0) await nextTurn();
    vi.advanceTimersByTime(HELD_STRIPS_MS);
    expect((await answer).status).toBe(204);
    expect(strips.answers.give(TASK, BODY, own), 'the block is not here').toBe(false);
  });

  it('is given up when the member hangs up, and answered when it asks again', async () => {
    strips.answers.open(TASK, [BODY]);
    const headers = { 'content-type': 'application/octet-stream', [DIGEST_HEADER]: bodyDigest(given) };
    const first = request(`${address}/overlap/f-1/0?${QUERY}`, { method: 'PUT', headers });
    const broken = once(first, 'error');
    first.end(given);
    await held(1);
    first.destroy(new Error('the member is gone'));
    await broken;
    await held(0);
    const second = asked();
    await held(1);
    strips.answers.give(TASK, BODY, own);
    expectStrips(await second);
  });

  it.each<[string, () => void]>([
    ['is given up', () => strips.answers.close(TASK, false)],
    ['ends with its frame', () => frames.scopes.end('f-1')],
    ['is one of an earlier attempt', () => frames.generations.invalidateBefore('f-1', 1, 2)],
    ['ends with its device', () => strips.answers.stop()],
  ])('is refused at once when the block %s', async (_how, happen) => {
    strips.answers.open(TASK, [BODY]);
    const answer = refused(address, 'putOverlap', QUESTION, 404, 'DT_TASK_UNKNOWN');
    await held(1);
    happen();
    expect((await answer).detail).toContain('strips for member 0 after stage 0 of frame f-1');
  });

  it('is refused where a later attempt is known', async () => {
    strips.inbox.open({ ...TASK, attempt: 2 }, []);
    await refused(address, 'putOverlap', QUESTION, 404, 'DT_TASK_UNKNOWN');
    const sent = await ask(address, 'putOverlap', { ...QUESTION, query: QUERY.replace('&answer=strips', '') });
    expect(sent.status, 'strips alone are ignored').toBe(204);
  });

  it('is refused where the block owes that member none', async () => {
    strips.answers.open(TASK, []);
    await refused(address, 'putOverlap', QUESTION, 422, 'DT_OVERLAP_BODY');
  });

  it('is refused by a device that is being drained and has no such task', async () => {
    isServing = false;
    await refused(address, 'putOverlap', QUESTION, 503, 'DT_DRAINING');
    strips.answers.open(TASK, [BODY]);
    const answer = asked();
    await held(1);
    strips.answers.give(TASK, BODY, own);
    expectStrips(await answer);
  });

  it.each(['stage=0&answer=strips', 'generation=1&attempt=1&answer=strips', 'stage=0&generation=1&attempt=1&answer=x'])(
    'is refused as %s',
    async (query) => {
      await refused(address, 'putOverlap', { ...QUESTION, query }, 400, 'DT_REQUEST');
    },
  );
});
