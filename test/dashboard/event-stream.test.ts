import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backoffMs } from '../../dashboard/src/live/backoff.js';
import { type EventStream, followEvents, SILENCE_MS } from '../../dashboard/src/live/event-stream.js';

/** A connection that the test feeds. */
interface Connection {
  readonly lastEventId: string | null;
  readonly signal: AbortSignal;
  send(text: string): void;
  end(): void;
}

interface Followed {
  readonly stream: EventStream;
  readonly connections: Connection[];
  readonly told: string[];
}

/** `refuse` rejects the attempts that it names, counted from 1. */
function follow(refuse: (attempt: number) => boolean = () => false, verdict: 'retry' | 'stop' = 'retry'): Followed {
  const connections: Connection[] = [];
  const told: string[] = [];
  let attempts = 0;
  const stream = followEvents({
    async open(lastEventId, signal) {
      attempts++;
      if (refuse(attempts)) throw new Error(`refused ${attempts}`);
      let source!: ReadableStreamDefaultController<Uint8Array>;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          source = controller;
          signal.addEventListener('abort', () => controller.error(signal.reason), { once: true });
        },
      });
      const send = (text: string): void => source.enqueue(new TextEncoder().encode(text));
      connections.push({ lastEventId, signal, send, end: () => source.close() });
      return new Response(body);
    },
    async onOpen() {
      told.push('open');
    },
    onEvent({ data }) {
      told.push(data);
      return undefined;
    },
    onDown(cause) {
      told.push(`down: ${(cause as Error).message}`);
      return verdict;
    },
  });
  return { stream, connections, told };
}

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe('followEvents', () => {
  let followed: Followed | undefined;

  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(() => {
    followed?.stream.stop();
    vi.useRealTimers();
  });

  it('resumes after the last event, a second after the connection ended', async () => {
    followed = follow();
    const { connections, told } = followed;
    await settle();
    connections[0]!.send('id: e-1\ndata: a\n\nid: e-2\ndata: b\n\n');
    await settle();
    connections[0]!.end();
    await settle(999);
    expect(connections).toHaveLength(1);
    await settle(1);
    expect(connections.map(({ lastEventId }) => lastEventId)).toEqual([null, 'e-2']);
    expect(told).toEqual(['open', 'a', 'b', 'down: the gateway ended the connection', 'open']);
  });

  it('waits longer after each failure, and a second again once it was connected', async () => {
    followed = follow((attempt) => attempt <= 6);
    const { connections, told } = followed;
    const waits = [1, 2, 4, 8, 15, 15];
    for (const [index, seconds] of waits.entries()) {
      await settle();
      expect(told).toHaveLength(index + 1);
      await settle(seconds * 1_000 - 1);
      expect(told).toHaveLength(index + 1);
      await settle(1);
    }
    expect(connections).toHaveLength(1);
    connections[0]!.end();
    await settle(1_000);
    expect(connections).toHaveLength(2);
  });

  it('gives up a connection on which nothing comes, not even a comment', async () => {
    followed = follow();
    const { connections, told } = followed;
    await settle(SILENCE_MS - 1);
    connections[0]!.send(': heartbeat\n\n');
    await settle(SILENCE_MS - 1);
    expect(told).toEqual(['open']);
    await settle(1);
    expect(told).toEqual(['open', `down: the gateway was silent for ${SILENCE_MS / 1_000} s`]);
    expect(connections[0]!.signal.aborted).toBe(true);
  });

  it('does not wait when asked to retry', async () => {
    followed = follow((attempt) => attempt === 1);
    await settle();
    followed.stream.retryNow();
    await settle();
    expect(followed.told).toEqual(['down: refused 1', 'open']);
  });

  it('stops when told so, or when the answer to a failure is to stop', async () => {
    followed = follow();
    await settle();
    followed.stream.stop();
    await settle(60_000);
    expect(followed.connections).toHaveLength(1);
    expect(followed.connections[0]!.signal.aborted).toBe(true);
    expect(followed.told).toEqual(['open']);

    const refused = follow(() => true, 'stop');
    await settle(60_000);
    expect(refused.told).toEqual(['down: refused 1']);
  });
});

describe('backoffMs', () => {
  it('doubles from 1 s to 15 s', () => {
    expect([1, 2, 3, 4, 5, 6, 1_000].map(backoffMs)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });
});
