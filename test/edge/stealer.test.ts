import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeepThingsClient } from '../../client/client.js';
import type { EdgeBoard } from '../../server/edge/edge-board.js';
import { Stealer } from '../../server/edge/stealer.js';
import { createMetrics } from '../../server/node/metrics.js';
import { LinkRates } from '../../server/scheduling/link-rates.js';
import { TaskBoard } from '../../server/scheduling/task-board.js';
import { FIG5 } from '../node/bodies.js';
import { taskBody } from '../node/small-cluster.js';
import { silent } from '../support/test-cluster.js';

// Node's own timers of promises are none that vitest can replace.
vi.mock('../../server/node/pause.js', () => ({
  pause: (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      setTimeout(resolve, ms);
      signal.addEventListener('abort', () => resolve());
    }),
}));

const VICTIM = { device: 'e1', address: 'http://e1' };

let asked: object[];
let victims: (typeof VICTIM | null)[];
let board: EdgeBoard;
let stealer: Stealer;

function json(document: object) {
  return { status: 200, json: document, bytes: Buffer.from(JSON.stringify(document)) };
}

function start(waitMs: number) {
  const gateway = async (_operation: string, call: { json: object }) => {
    asked.push(call.json);
    const victim = victims.shift() ?? null;
    if (victim !== null) return json({ victim });
    if (waitMs > 0) await new Promise(() => {});
    return { status: 204, json: undefined, bytes: new Uint8Array(0) };
  };
  const victim = async () => ({ status: 200, bytes: taskBody(FIG5) });
  const clientOf = (call: unknown) => ({ baseUrl: '', call }) as unknown as DeepThingsClient;
  stealer = new Stealer({
    ...{ device: 'e0', wirePlan: FIG5, board, waitMs, pollMs: 100, prefetch: 0, log: silent },
    gateway: clientOf(gateway),
    peers: { client: () => clientOf(victim), close: async () => undefined },
    links: new LinkRates(),
    isIdle: () => board.isIdle,
    metrics: createMetrics({ role: 'edge', node: 'e0' }),
  });
  stealer.start();
}

describe('a stealer', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    asked = [];
    victims = [];
    board = new TaskBoard(9);
  });
  afterEach(async () => {
    vi.useRealTimers();
  });

  it('that polls sleeps between questions that found nothing, and is not held', async () => {
    start(0);
    await vi.advanceTimersByTimeAsync(350);
    expect(asked).toHaveLength(4);
    expect(asked[0]).toMatchObject({ thief: 'e0', waitMs: 0 });
    victims = [VICTIM];
    await vi.advanceTimersByTimeAsync(100);
    expect(board.stolen).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked, 'none while it has a task').toHaveLength(5);
    await stealer.stop();
  });

  it('says what was said to get a task', async () => {
    victims = [VICTIM];
    start(0);
    await vi.advanceTimersByTimeAsync(1);
    const said = [
      asked[0]!,
      { victim: VICTIM },
      { thief: 'e0', sequence: (asked[0] as { sequence: number }).sequence },
    ];
    const bytes = said.reduce((sum, document) => sum + JSON.stringify(document).length, 0);
    expect(board.nextStolen).toMatchObject({ controlBytes: bytes, victim: VICTIM });
    await stealer.stop();
  });

  it('that is held asks once', async () => {
    start(20_000);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toHaveLength(1);
  });
});
