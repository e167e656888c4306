import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createClient } from '../../client/client.js';
import { fetchTransport } from '../../client/fetch-transport.js';
import { createUndiciTransport } from '../../client/undici-transport.js';
import { waitUntilReady } from '../../server/supervision/readiness.js';
import { collectGarbage } from '../support/garbage.js';
import { muteServer } from '../support/mute-server.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** As a process that SIGSTOP has stopped: the system takes connections for it. */
test.each([
  ['fetch', fetchTransport],
  ['undici', createUndiciTransport().transport],
])('a node that accepts connections and never answers is given up, asked by %s', async (_name, transport) => {
  const node = await muteServer();
  const client = createClient({ baseUrl: node.address, transport });
  const started = Promise.resolve();
  const waiting = waitUntilReady([{ id: 'e1', client, started }], {
    limitMs: 5_000,
    signal: new AbortController().signal,
  });
  const refused = expect(waiting).rejects.toMatchObject({
    code: 'DT_NOT_READY',
    message: 'not ready within 5 s:\n  e1: it does not answer',
  });
  await node.connected;
  await collectGarbage();
  await vi.advanceTimersByTimeAsync(5_000);
  await refused;
});

test('a node that never starts to listen is given up', async () => {
  const client = createClient({ baseUrl: 'http://127.0.0.1:1', transport: fetchTransport });
  const waiting = waitUntilReady([{ id: 'e1', client, started: new Promise(() => {}) }], {
    limitMs: 5_000,
    signal: new AbortController().signal,
  });
  const refused = expect(waiting).rejects.toThrow('e1: it did not start to listen');
  await collectGarbage();
  await vi.advanceTimersByTimeAsync(5_000);
  await refused;
});
