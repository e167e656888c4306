import { describe, expect, it } from 'vitest';
import type { FrameTrace } from '../../dashboard/src/contract-types.js';
import { isReusing, livesOfTrace, stepTile, type TileNews, victimOf } from '../../dashboard/src/state/tile-life.js';

const lifeOf = (...news: TileNews[]) => news.reduce<ReturnType<typeof stepTile>>(stepTile, undefined)!;
const queued: TileNews = { event: 'queued', device: 'e0', attempt: 1 };
const cost = { computeMs: 5, inputBytes: 0, overlapBytes: 0, resultBytes: 3, macs: 100 };

describe('a tile', () => {
  it('that another takes is stolen from whose queue it was in', () => {
    expect(victimOf(lifeOf(queued, { event: 'assigned', device: 'e1', attempt: 1 }))).toBe('e0');
    expect(victimOf(lifeOf(queued, { event: 'done', device: 'e1', attempt: 1 }))).toBe('e0');
  });

  it('that stays, or is given by the gateway, is not', () => {
    expect(victimOf(lifeOf(queued, { event: 'running', device: 'e0', attempt: 1 }))).toBeNull();
    expect(victimOf(lifeOf({ event: 'pushed', device: 'e2' }, { event: 'running', device: 'e2' }))).toBeNull();
  });

  it('that was lost is tried again, by whoever has it then', () => {
    const life = lifeOf(
      queued,
      { event: 'lost', device: 'e1', attempt: 1 },
      { event: 'done', device: 'e2', attempt: 2 },
    );
    expect(life).toMatchObject({ state: 'done', device: 'e2', attempt: 2, retried: true });
  });

  it('that is checked by another device is done all the same', () => {
    const done = lifeOf(queued, { event: 'done', device: 'e0', attempt: 1, cost });
    for (const event of ['audit', 'audited', 'disputed'] as const) {
      expect(stepTile(done, { event, device: 'e1', attempt: 2 })).toBe(done);
    }
  });

  it('whose frame begins anew is queued again', () => {
    const done = lifeOf(queued, { event: 'done', device: 'e0', attempt: 1, cost });
    expect(stepTile(done, { event: 'queued', device: 'e2', attempt: 3 })).toMatchObject({
      state: 'queued',
      device: 'e2',
    });
    expect(stepTile(done, queued)).toBe(done);
  });

  it('is done once', () => {
    const done = lifeOf(queued, { event: 'done', device: 'e0', attempt: 1, cost });
    expect(stepTile(done, { event: 'running', device: 'e1', attempt: 2 })).toBe(done);
    expect(stepTile(done, { event: 'duplicate', device: 'e1', attempt: 2 })).toBe(done);
  });

  it('reuses when it took strips, or computed less than it would alone', () => {
    const done = (changes: Partial<typeof cost>) =>
      lifeOf({ event: 'done', device: 'e0', cost: { ...cost, ...changes } });
    expect(isReusing(done({}), 100)).toBe(false);
    expect(isReusing(done({ overlapBytes: 1 }), undefined)).toBe(true);
    expect(isReusing(done({ macs: 90 }), 100)).toBe(true);
    expect(isReusing(lifeOf(queued), 100)).toBe(false);
  });
});

it('a trace tells the same as the events did', () => {
  const trace = {
    tiles: [
      {
        ...{
          tile: 3,
          state: 'done',
          attempt: 1,
          device: 'e1',
          acceptedAtMs: 9,
          waitMs: 1,
          transferMs: 1,
          overlapMs: 0,
        },
        ...cost,
        controlBytes: 0,
        history: [
          { atMs: 0, event: 'queued', device: 'e0', attempt: 1 },
          { atMs: 9, event: 'done', device: 'e1', attempt: 1 },
        ],
      },
    ],
  } satisfies Pick<FrameTrace, 'tiles'>;
  expect(livesOfTrace(trace)).toEqual({ 3: lifeOf(queued, { event: 'done', device: 'e1', attempt: 1, cost }) });
});
