import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createSession, type Session, STREAM_OPENS_WITHIN_MS } from '../../dashboard/src/session.js';
import { type DashboardState, INITIAL_STATE } from '../../dashboard/src/state/dashboard-state.js';
import { type Action, reduce } from '../../dashboard/src/state/reduce.js';
import { createStore, type Store } from '../../dashboard/src/state/store.js';
import { aCluster, aFrame, aPlan, minute } from './contract-examples.js';

const START_DATA = ['/cluster', '/frames', '/plan'];

/** A gateway, and what is asked of it, by path. */
let asked: string[];
/** How long the gateway, or a proxy before it, takes to open the stream; null: it asks for a token. */
let opensAfterMs: number | null;
let store: Store<DashboardState, Action>;
let session: Session;

function answer(path: string): Response {
  const documents: Record<string, unknown> = {
    '/cluster': aCluster(),
    '/plan': aPlan(),
    '/frames': { frames: [aFrame(1)], next: null },
  };
  return Response.json(documents[path]);
}

async function gateway(url: string, { signal }: RequestInit): Promise<Response> {
  const { pathname } = new URL(url);
  asked.push(pathname);
  if (pathname !== '/events') return answer(pathname);
  if (opensAfterMs === null) {
    const problem = { type: 'about:blank', title: 'Token', status: 401, code: 'DT_TOKEN', detail: 'expected a token' };
    return Response.json(problem, { status: 401, headers: { 'content-type': 'application/problem+json' } });
  }
  await new Promise((resolve) => setTimeout(resolve, opensAfterMs!));
  return new Response(
    new ReadableStream({
      start: (controller) => signal?.addEventListener('abort', () => controller.error(signal.reason), { once: true }),
    }),
  );
}

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const times = (path: string): number => asked.filter((each) => each === path).length;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', gateway);
  asked = [];
  opensAfterMs = 0;
  store = createStore(reduce, INITIAL_STATE);
  const kept: { token?: string } = {};
  const tokens = { read: () => kept.token, write: (given: string) => Object.assign(kept, { token: given }) };
  session = createSession({ baseUrl: 'http://gateway', store, tokens, now: () => minute(0) });
});
afterEach(() => {
  session.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('reads the start data once, when the stream is open', async () => {
  opensAfterMs = STREAM_OPENS_WITHIN_MS - 100;
  session.start();
  await settle(opensAfterMs - 1);
  expect(asked).toEqual(['/events']);
  await settle(10 * STREAM_OPENS_WITHIN_MS);
  expect(asked.slice(1).sort()).toEqual(START_DATA);
  expect(store.read()).toMatchObject({ connection: { kind: 'live' }, frames: [{ id: aFrame(1).id }] });
});

it('shows something while the stream takes long to open, and reads it again then', async () => {
  opensAfterMs = 5 * STREAM_OPENS_WITHIN_MS;
  session.start();
  await settle(STREAM_OPENS_WITHIN_MS);
  expect(store.read()).toMatchObject({ connection: { kind: 'connecting' }, cluster: { name: 'home' } });
  await settle(opensAfterMs);
  expect(START_DATA.map(times)).toEqual([2, 2, 2]);
  expect(store.read().connection.kind).toBe('live');
});

it('asks for nothing more while it waits for a token', async () => {
  opensAfterMs = null;
  session.start();
  await settle(10 * STREAM_OPENS_WITHIN_MS);
  expect(asked).toEqual(['/events']);
  expect(store.read().access).toBe('token-needed');
  opensAfterMs = 10;
  session.giveToken('right');
  await settle(10 * STREAM_OPENS_WITHIN_MS);
  expect(START_DATA.map(times)).toEqual([1, 1, 1]);
});
