import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '../../dashboard/src/live/live-event.js';
import {
  type DashboardState,
  FRAMES_KEPT,
  INITIAL_STATE,
  NOTICES_KEPT,
  SUBMISSIONS_KEPT,
} from '../../dashboard/src/state/dashboard-state.js';
import { type Action, reduce } from '../../dashboard/src/state/reduce.js';
import { tileProgress } from '../../dashboard/src/state/select.js';
import { aCluster, aCompleteFrame, aDevice, aFrame, minute } from './contract-examples.js';

const AT = minute(30);

const happened = (event: LiveEvent): Action => ({ kind: 'happened', event, at: AT });
const told = (n: number, changes = {}): Action => happened({ kind: 'frame', frame: aFrame(n, changes) });
const tileDone = (n: number, tile: number, device: string): Action =>
  happened({ kind: 'tile', tile: { frame: aFrame(n).id, tile, event: 'done', device, attempt: 1 } });

function stateAfter(...actions: Action[]): DashboardState {
  return actions.reduce(reduce, INITIAL_STATE);
}

const SNAPSHOT: Action = { kind: 'snapshot', cluster: aCluster(), frames: [aCompleteFrame(2), aCompleteFrame(1)] };
const CONNECTED: Action = { kind: 'connected' };

describe('the connection', () => {
  it('is live when it is made, not with what was fetched before that', () => {
    expect(stateAfter(SNAPSHOT).link).toEqual({ kind: 'connecting' });
    const { link, cluster, devices, frames } = stateAfter(SNAPSHOT, CONNECTED);
    expect(link).toEqual({ kind: 'live' });
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
    expect(state.link).toEqual({ kind: 'reconnecting', staleSince: minute(31), reason: 'Refused.' });
  });

  it('that never was is stale since no time', () => {
    const { link } = stateAfter({ kind: 'disconnected', reason: 'Refused.', at: AT });
    expect(link).toEqual({ kind: 'reconnecting', staleSince: null, reason: 'Refused.' });
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

  it('never come back to life once ended', () => {
    const { frames } = stateAfter(told(3, aCompleteFrame(3)), told(3, { state: 'running' }));
    expect(frames.map(({ state }) => state)).toEqual(['complete']);
  });

  it('that a snapshot does not name are gone', () => {
    const { frames } = stateAfter(told(9), SNAPSHOT);
    expect(frames.map(({ id }) => id)).toEqual([aFrame(2).id, aFrame(1).id]);
  });

  it('do not change the one that is chosen, except by news of it', () => {
    const chosen: Action = { kind: 'frame-selected', frame: aFrame(1) };
    expect(stateAfter(told(1), chosen, told(2)).selected?.id).toBe(aFrame(1).id);
    expect(stateAfter(told(1), chosen, told(1, aCompleteFrame(1))).selected?.state).toBe('complete');
  });
});

describe('tiles', () => {
  const running = told(4, { state: 'running' });

  it('count as soon as they are done, each once', () => {
    const state = stateAfter(running, tileDone(4, 0, 'e0'), tileDone(4, 1, 'e1'), tileDone(4, 1, 'e1'));
    expect(tileProgress(state, state.frames[0]!)).toEqual({ total: 9, done: 2, byDevice: { e0: 1, e1: 1 } });
  });

  it('give way to what the frame itself says when that is more', () => {
    const tiles = { total: 9, done: 3, byDevice: { e0: 3 } };
    const state = stateAfter(running, tileDone(4, 0, 'e0'), told(4, { state: 'running', tiles }));
    expect(tileProgress(state, state.frames[0]!)).toEqual(tiles);
  });

  it('are forgotten when their frame is queued anew, or ends', () => {
    expect(stateAfter(running, tileDone(4, 0, 'e0'), told(4)).doneTiles).toEqual({});
    expect(stateAfter(running, tileDone(4, 0, 'e0'), told(4, aCompleteFrame(4))).doneTiles).toEqual({});
  });

  it('of frames that are not listed are read over', () => {
    expect(stateAfter(tileDone(4, 0, 'e0')).doneTiles).toEqual({});
  });
});

describe('notices', () => {
  const notice = (code: string): Action => happened({ kind: 'problem', notice: { code, detail: 'Something.' } });

  it('that repeat are counted', () => {
    const { notices } = stateAfter(notice('DT_A'), notice('DT_B'), notice('DT_A'));
    expect(notices).toEqual([
      { code: 'DT_A', detail: 'Something.', at: AT, times: 2 },
      { code: 'DT_B', detail: 'Something.', at: AT, times: 1 },
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

  it('give the view back to the latest frame', () => {
    const chosen: Action = { kind: 'frame-selected', frame: aFrame(1) };
    expect(stateAfter(chosen, sending, { kind: 'submitted', id: 1, frame: aFrame(5) }).selected).toBeNull();
  });

  it('say why they were refused, and are bounded', () => {
    const refused = stateAfter(sending, { kind: 'submission-refused', id: 1, detail: 'Expected a picture.' });
    expect(refused.submissions[0]?.progress).toEqual({ kind: 'refused', detail: 'Expected a picture.' });
    const many = Array.from({ length: 9 }, (_, id): Action => ({ kind: 'submitting', id, name: `${id}.jpg` }));
    expect(stateAfter(...many).submissions).toHaveLength(SUBMISSIONS_KEPT);
  });
});
