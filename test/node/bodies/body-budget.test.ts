import { beforeEach, describe, expect, it } from 'vitest';
import { BodyBudget } from '../../../server/node/bodies/body-budget.js';
import type { HttpProblem } from '../../../server/node/problems/problem.js';

const LIMIT = 8_000_000;
let nowMs: number;
let budget: BodyBudget;
let gaveWay: string[];

beforeEach(() => {
  nowMs = 0;
  gaveWay = [];
  budget = new BodyBudget({ what: 'pictures', limitBytes: LIMIT, nowMs: () => nowMs });
});

const open = (client: string, name = client) =>
  budget.open(client, (problem) => void gaveWay.push(`${name} ${problem.status} ${problem.code}`));

/** Bytes that a client gets in by bodies of a million each until one is refused. */
function flood(client: string): number {
  for (let bytes = 0; ; bytes += 100_000) {
    const body = open(client);
    try {
      body.hold(100_000);
    } catch (error) {
      expect(error).toMatchObject({
        status: 429,
        code: 'DT_UPLOADS',
        retryAfterSeconds: 1,
      } satisfies Partial<HttpProblem>);
      body.release();
      return bytes;
    }
  }
}

describe('room for bodies that are arriving', () => {
  it('is taken by bytes that have arrived, not by connections', () => {
    for (let i = 0; i < 10_000; i++) open('a').hold(1);
    expect(budget.held).toBe(10_000);
    expect(() => open('a').hold(2_000_000)).not.toThrow();
  });

  it('is shared: one client gets three quarters, a second three quarters of the rest, and there is some for a third', () => {
    expect(flood('a') / LIMIT).toBeCloseTo(0.75, 1);
    expect(flood('b') / LIMIT).toBeGreaterThan(0.15);
    expect(() => open('c').hold(200_000)).not.toThrow();
    expect(budget.held).toBeLessThanOrEqual(LIMIT);
  });

  it('comes back when a body is complete, once', () => {
    const body = open('a');
    body.hold(1_000);
    body.release();
    body.release();
    expect(budget.held).toBe(0);
  });

  it('goes first to what arrives: a body that stalls gives way', () => {
    const [stalled, steady] = [open('a', 'stalled'), open('a', 'steady')];
    stalled.hold(3_000_000);
    steady.hold(2_961_000);
    for (nowMs = 100; nowMs < 4_000; nowMs += 100) steady.hold(1_000);
    const next = open('a', 'next');
    next.hold(1_000_000);
    expect(gaveWay).toEqual(['stalled 429 DT_UPLOADS']);
    expect(budget.held).toBe(2_961_000 + 39 * 1_000 + 1_000_000);
  });

  it('goes to another host as well', () => {
    for (const client of ['a', 'b', 'c', 'd']) flood(client);
    nowMs = 60_000;
    open('e').hold(2_000_000);
    expect(gaveWay.length).toBeGreaterThan(0);
  });

  it('is not taken from bodies that have just begun, nor for nothing', () => {
    flood('a');
    nowMs = 1_000;
    expect(flood('a')).toBe(0);
    expect(gaveWay).toEqual([]);
    nowMs = 60_000;
    open('b').hold(100);
    expect(gaveWay).toEqual([]);
  });
});
