import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EdgeBoard } from '../../../server/edge/tasks/edge-board.js';
import { Stealer } from '../../../server/edge/tasks/stealer.js';
import type { CallRule } from '../../../server/node/contract/calls.js';
import type { PeerClient } from '../../../server/node/peers/peer-client.js';
import { TaskBoard } from '../../../server/scheduling/device/task-board.js';
import { FIG5 } from '../../node/bodies.js';
import { taskBody } from '../../node/small-cluster.js';
import { testDevice, testFrames } from '../test-device.js';

// Node's own timers of promises are none that vitest can replace.
vi.mock('../../../server/node/pause.js', async (original) => ({
  ...(await original<object>()),
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
/** Until when the victim is not to be asked. */
let suspendedMs: number | null;

function json(document: object) {
  return { status: 200, json: document, bytes: Buffer.from(JSON.stringify(document)) };
}

function start(waitMs: number) {
  const gateway = async (_rule: CallRule, call: { json: object }) => {
    asked.push(call.json);
    const victim = victims.shift() ?? null;
    if (victim !== null) return json({ victim });
    if (waitMs > 0) await new Promise(() => {});
    return { status: 204, json: undefined, bytes: new Uint8Array(0) };
  };
  const victim = async () => ({ status: 200, bytes: taskBody(FIG5) });
  const clientOf = (call: unknown) => ({ baseUrl: '', call }) as unknown as PeerClient;
  const edge = testDevice({
    ...{ plan: FIG5.plan, digest: FIG5.digest, gateway: clientOf(gateway), clientOf: () => clientOf(victim) },
    suspendedUntilMs: () => suspendedMs,
  });
  stealer = new Stealer({ edge, board, generations: testFrames(edge).generations, waitMs, pollMs: 100, prefetch: 0 });
  stealer.start();
}

describe('a stealer', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    asked = [];
    victims = [];
    suspendedMs = null;
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

  it('asks for another than a victim that is suspended, and is held no longer than that', async () => {
    victims = [VICTIM];
    start(0);
    await vi.advanceTimersByTimeAsync(1);
    board.takeStolen();
    suspendedMs = performance.now() + 700;
    await vi.advanceTimersByTimeAsync(150);
    expect(asked.at(-1)).toMatchObject({ waitMs: 0, avoid: ['e1'] });
    suspendedMs = null;
    await vi.advanceTimersByTimeAsync(150);
    expect(asked.at(-1)).not.toHaveProperty('avoid');
    await stealer.stop();
  });

  it('that is held is not held beyond the time that its victim is suspended', async () => {
    victims = [VICTIM];
    start(20_000);
    await vi.advanceTimersByTimeAsync(1);
    suspendedMs = performance.now() + 700;
    board.takeStolen();
    await vi.advanceTimersByTimeAsync(1);
    expect(asked.at(-1)).toMatchObject({ avoid: ['e1'] });
    const { waitMs } = asked.at(-1) as { waitMs: number };
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(701);
  });

  it('that is held asks once', async () => {
    start(20_000);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toHaveLength(1);
  });
});
