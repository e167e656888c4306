import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TileEvent } from '../../dashboard/src/contract-types.js';
import type { LiveEvent } from '../../dashboard/src/live/live-event.js';
import {
  type DashboardState,
  DROPPED_KEPT,
  FRAMES_KEPT,
  INITIAL_STATE,
  NOTICES_KEPT,
  SUBMISSIONS_KEPT,
} from '../../dashboard/src/state/dashboard-state.js';
import { type Action, reduce } from '../../dashboard/src/state/reduce.js';
import { tileProgress } from '../../dashboard/src/state/select.js';
import { aCluster, aCompleteFrame, aDevice, aFrame, aPlan, minute } from './contract-examples.js';

const AT = minute(30);

const happened = (event: LiveEvent): Action => ({ kind: 'happened', event, at: AT });
const told = (n: number, changes = {}): Action => happened({ kind: 'frame', frame: aFrame(n, changes) });
const tileDone = (n: number, tile: number, device: string): Action =>
  happened({ kind: 'tile', tile: { frame: aFrame(n).id, tile, event: 'done', device, attempt: 1 } });

function stateAfter(...actions: Action[]): DashboardState {
  return actions.reduce(reduce, INITIAL_STATE);
}

const SNAPSHOT: Extract<Action, { kind: 'snapshot' }> = {
  kind: 'snapshot',
  cluster: aCluster(),
  plan: aPlan(),
  frames: [aCompleteFrame(2), aCompleteFrame(1)],
};
const CONNECTED: Action = { kind: 'connected' };

describe('the connection', () => {
  it('is live when it is made, not with what was fetched before that', () => {
    expect(stateAfter(SNAPSHOT).connection).toEqual({ kind: 'connecting' });
    const { connection, cluster, devices, frames } = stateAfter(SNAPSHOT, CONNECTED);
    expect(connection).toEqual({ kind: 'live' });
    expect(cluster?.name).toBe('home');
    expect(devices.map(({ device }) => device)).toEqual(['e0', 'e1']);
    expect(frames.map(({ createdAt }) => createdAt)).toEqual([minute(2), minute(1)]);
  });

  it('is stale since it first broke, however often it fails after that', () => {
    const state = stateAfter(
      SNAPSHOT,
      CONNECTED,
      { kind: 'disconnected', reason: 'It broke.', at: minute(31) },
      { kind: 'disconnected', reason: 'Refused.', at: minute(32) },
    );
    expect(state.connection).toEqual({ kind: 'reconnecting', staleSince: minute(31), reason: 'Refused.' });
  });

  it('that never was is stale since no time', () => {
    const { connection } = stateAfter({ kind: 'disconnected', reason: 'Refused.', at: AT });
    expect(connection).toEqual({ kind: 'reconnecting', staleSince: null, reason: 'Refused.' });
  });

  it('asks for a token until the gateway has accepted one', () => {
    const asked: Action = { kind: 'token-asked', refused: false };
    const refused: Action = { kind: 'token-asked', refused: true };
    expect(stateAfter(asked).access).toBe('token-needed');
    expect(stateAfter(asked, { kind: 'token-given' }).access).toBe('token-checking');
    expect(stateAfter(asked, { kind: 'token-given' }, refused).access).toBe('token-refused');
    expect(stateAfter(asked, { kind: 'token-given' }, SNAPSHOT).access).toBe('open');
  });
});

describe('devices', () => {
  it('change in their place, and a new one stands last', () => {
    const state = stateAfter(
      SNAPSHOT,
      happened({ kind: 'device', device: aDevice('e0', { state: 'lost' }) }),
      happened({ kind: 'device', device: aDevice('e7') }),
    );
    expect(state.devices.map(({ device, state }) => `${device} ${state}`)).toEqual(['e0 lost', 'e1 live', 'e7 live']);
  });

  it('are remembered with their last problem when it is over', () => {
    const ill = happened({ kind: 'device', device: aDevice('e0', { state: 'lost', problem: 'no word' }) });
    const well = happened({ kind: 'device', device: aDevice('e0') });
    expect(stateAfter(SNAPSHOT, ill, well).pastProblems).toEqual({ e0: { detail: 'no word', at: AT } });
  });
});

describe('frames', () => {
  it('stand newest first, each once, bounded', () => {
    const events = fc.array(fc.record({ n: fc.nat(60), isEnded: fc.boolean() }), { maxLength: 150 });
    fc.assert(
      fc.property(events, (frames) => {
        const { frames: kept } = stateAfter(
          ...frames.map(({ n, isEnded }) => told(n, isEnded ? aCompleteFrame(n) : {})),
        );
        const times = kept.map(({ createdAt }) => createdAt);
        expect(kept.length).toBeLessThanOrEqual(FRAMES_KEPT);
        expect(new Set(kept.map(({ id }) => id)).size).toBe(kept.length);
        expect(times).toEqual(times.toSorted().reverse());
      }),
    );
  });

  it('are the results of a camera that is too fast, and a few of its dropped frames', () => {
    const failure = { code: 'DT_FRAME_SUPERSEDED', detail: 'a newer one came' };
    const drop = (n: number) => told(n, { state: 'dropped', endedAt: minute(n), failure });
    const dropped = Array.from({ length: 30 }, (_, i) => drop(i + 10));
    const { frames, notices, pace } = stateAfter(told(1, aCompleteFrame(1)), ...dropped);
    expect(frames.map(({ state }) => state)).toEqual([...Array(DROPPED_KEPT).fill('dropped'), 'complete']);
    expect(notices).toEqual([]);
    expect(pace.reduce((sum, slot) => sum + slot.failed, 0)).toBe(0);
  });

  it('never come back to life once ended', () => {
    const { frames } = stateAfter(told(3, aCompleteFrame(3)), told(3, { state: 'running' }));
    expect(frames.map(({ state }) => state)).toEqual(['complete']);
  });

  it('that a snapshot does not name are gone', () => {
    const { frames } = stateAfter(told(9), SNAPSHOT);
    expect(frames.map(({ id }) => id)).toEqual([aFrame(2).id, aFrame(1).id]);
  });
});

describe('tiles', () => {
  const running = told(4, { state: 'running' });
  const progressOf = (state: DashboardState) => tileProgress(state.frames[0]!, state.tiles[state.frames[0]!.id]);

  it('count as soon as they are done, each once', () => {
    const state = stateAfter(running, tileDone(4, 0, 'e0'), tileDone(4, 1, 'e1'), tileDone(4, 1, 'e1'));
    expect(progressOf(state)).toEqual({ total: 9, done: 2, byDevice: { e0: 1, e1: 1 } });
  });

  it('give way to what the frame itself says when that is more', () => {
    const tiles = { total: 9, done: 3, byDevice: { e0: 3 } };
    const state = stateAfter(running, tileDone(4, 0, 'e0'), told(4, { state: 'running', tiles }));
    expect(progressOf(state)).toEqual(tiles);
  });

  it('are forgotten when their frame is queued anew, and stay when it ends', () => {
    expect(stateAfter(running, tileDone(4, 0, 'e0'), told(4)).tiles).toEqual({});
    const ended = stateAfter(running, tileDone(4, 0, 'e0'), told(4, aCompleteFrame(4)));
    expect(ended.tiles[aFrame(4).id]?.[0]?.device).toBe('e0');
  });

  it('of frames that are not listed are no more than what their device does', () => {
    const state = stateAfter(tileDone(4, 0, 'e0'));
    expect(state.tiles).toEqual({});
    expect(state.activity.e0).toEqual({ frame: aFrame(4).id, tile: 0, event: 'done', atMs: Date.parse(AT) });
  });
});

describe('what travels', () => {
  const tile = (event: TileEvent['event'], device: string, id = 4, cost?: TileEvent['cost']): Action =>
    happened({
      kind: 'tile',
      tile: { frame: aFrame(4).id, tile: id, event, device, attempt: 1, ...(cost === undefined ? {} : { cost }) },
    });
  const cost = { computeMs: 5, inputBytes: 1000, overlapBytes: 0, resultBytes: 300, macs: 10 };
  const links = (...actions: Action[]) =>
    Object.values(stateAfter(SNAPSHOT, told(4, { state: 'running' }), ...actions).traffic).map(
      ({ kind, from, to }) => `${kind} ${from} ${to}`,
    );

  it('is a picture to its source', () => {
    expect(links()).toEqual(['picture GATEWAY e0']);
  });

  it('is a stolen tile from its victim, and its result', () => {
    const stolen = [tile('queued', 'e0'), tile('assigned', 'e1'), tile('done', 'e1', 4, cost)];
    expect(links(...stolen)).toEqual(['picture GATEWAY e0', 'task e0 e1', 'result e1 GATEWAY']);
  });

  it('is a task from the gateway when nobody had it before', () => {
    const pushed = [tile('pushed', 'e1'), tile('done', 'e1', 4, cost)];
    expect(links(...pushed)).toContain('task GATEWAY e1');
  });

  it('is overlap from those who ran the neighbours', () => {
    const neighbours = [tile('done', 'e0', 1, cost), tile('done', 'e1', 3, cost)];
    const reusing = tile('done', 'e1', 4, { ...cost, overlapBytes: 64 });
    expect(links(...neighbours, reusing).filter((link) => link.startsWith('overlap'))).toEqual(['overlap e0 e1']);
  });

  it('is overlap from the gateway, where its pool has the strips', () => {
    const pooled: Action = { ...SNAPSHOT, cluster: { ...aCluster(), overlap: { via: 'gateway' } } };
    const reusing = tile('done', 'e1', 4, { ...cost, overlapBytes: 64 });
    expect(links(pooled, told(4, { state: 'running' }), reusing)).toContain('overlap GATEWAY e1');
  });

  it('of a gang is the picture with each task, and strips from the members beside it', () => {
    const pooled: Action = { ...SNAPSHOT, cluster: { ...aCluster(), overlap: { via: 'gateway' } } };
    const gang = { state: 'running', strategy: 'gang', tiles: { total: 3, done: 0, byDevice: {} } };
    const pushed = ['e0', 'e1', 'e2'].map((device, member) => tile('pushed', device, member));
    const done = tile('done', 'e2', 2, { ...cost, overlapBytes: 64 });
    const { traffic } = stateAfter(pooled, told(4, gang), ...pushed, done);
    const travelled = Object.values(traffic).map(({ kind, from, to }) => `${kind} ${from} ${to}`);
    expect(travelled).toEqual(['task GATEWAY e2', 'result e2 GATEWAY', 'overlap e1 e2']);
  });
});

describe('a gang that begins again', () => {
  it('has as many parts as its members, none of them done', () => {
    const gang = (total: number) =>
      told(4, { state: 'running', strategy: 'gang', tiles: { total, done: 0, byDevice: {} } });
    const state = stateAfter(gang(3), tileDone(4, 0, 'e0'), tileDone(4, 2, 'e2'), gang(2));
    expect(tileProgress(state.frames[0]!, state.tiles[aFrame(4).id])).toEqual({ total: 2, done: 0, byDevice: {} });
  });
});

describe('notices', () => {
  const notice = (code: string): Action => happened({ kind: 'problem', notice: { code, detail: 'Something.' } });

  it('that repeat are counted', () => {
    const { notices } = stateAfter(notice('DT_A'), notice('DT_B'), notice('DT_A'));
    expect(notices).toEqual([
      { code: 'DT_A', detail: 'Something.', frame: null, at: AT, times: 2 },
      { code: 'DT_B', detail: 'Something.', frame: null, at: AT, times: 1 },
    ]);
  });

  it('tell of a frame that failed, once', () => {
    const failed = told(3, { state: 'failed', failure: { code: 'DT_X', detail: 'broke' } });
    expect(stateAfter(failed, failed).notices).toEqual([
      { code: 'DT_X', detail: 'broke', frame: aFrame(3).id, at: AT, times: 1 },
    ]);
  });

  it('are bounded, and go when dismissed', () => {
    const many = Array.from({ length: 20 }, (_, index) => notice(`DT_${index}`));
    expect(stateAfter(...many).notices).toHaveLength(NOTICES_KEPT);
    const dismissed = stateAfter(...many, {
      kind: 'notice-dismissed',
      notice: { code: 'DT_19', detail: 'Something.' },
    });
    expect(dismissed.notices.map(({ code }) => code)).toEqual(['DT_18', 'DT_17', 'DT_16', 'DT_15']);
  });
});

describe('submissions', () => {
  const sending: Action = { kind: 'submitting', id: 1, name: 'dog.jpg' };

  it('follow their frame to its end', () => {
    const accepted: Action = { kind: 'submitted', id: 1, frame: aFrame(5) };
    const running = stateAfter(sending, accepted);
    expect(running.frames.map(({ id }) => id)).toEqual([aFrame(5).id]);
    const { submissions } = reduce(running, told(5, aCompleteFrame(5)));
    expect(submissions).toEqual([{ id: 1, name: 'dog.jpg', progress: { kind: 'accepted', frame: aCompleteFrame(5) } }]);
  });

  it('know what was told of their frame before the answer came', () => {
    const state = stateAfter(sending, told(5, aCompleteFrame(5)), { kind: 'submitted', id: 1, frame: aFrame(5) });
    expect(state.submissions[0]?.progress).toEqual({ kind: 'accepted', frame: aCompleteFrame(5) });
    expect(state.frames[0]?.state).toBe('complete');
  });

  it('say why they were refused, and are bounded', () => {
    const refused = stateAfter(sending, { kind: 'submission-refused', id: 1, detail: 'Expected a picture.' });
    expect(refused.submissions[0]?.progress).toEqual({ kind: 'refused', detail: 'Expected a picture.' });
    const many = Array.from({ length: 19 }, (_, id): Action => ({ kind: 'submitting', id, name: `${id}.jpg` }));
    expect(stateAfter(...many).submissions).toHaveLength(SUBMISSIONS_KEPT);
  });
});
