import { describe, expect, it } from 'vitest';
import { decodeLiveEvent } from '../../dashboard/src/live/live-event.js';
import { type DashboardState, INITIAL_STATE } from '../../dashboard/src/state/dashboard-state.js';
import { doing, problems } from '../../dashboard/src/state/select.js';
import { aDevice, aFrame, minute } from './contract-examples.js';

const state = (changes: Partial<DashboardState>): DashboardState => ({ ...INITIAL_STATE, ...changes });

describe('doing', () => {
  const nowMs = Date.parse(minute(1));
  const activity = (atMs: number): Pick<DashboardState, 'activity'> => ({
    activity: { e0: { frame: 'a-1', tile: 4, event: 'running', atMs } },
  });

  it.each([
    ['what was just told of it', {}, nowMs - 100, 'computes tile 4'],
    ['what it says itself, after a while', { running: 1 }, nowMs - 9_000, 'computing'],
    ['that it has tasks to give', { pending: 2 }, nowMs - 9_000, 'has tasks queued'],
    ['nothing', {}, nowMs - 9_000, 'idle'],
    ['that it is drained, whatever it did last', { state: 'drained' as const }, nowMs - 100, 'drained'],
    ['that it is in quarantine, whatever it did last', { state: 'quarantined' as const }, nowMs - 100, 'in quarantine'],
    ['that it is gone, whatever it did last', { state: 'lost' as const }, nowMs - 100, 'lost'],
  ])('is %s', (_name, device, atMs, words) => {
    expect(doing(aDevice('e0', device), state(activity(atMs)), nowMs)).toBe(words);
  });

  it.each(['auto', 'gang', 'whole'] as const)('names the block of a frame of %s', (strategy) => {
    const told = state({ ...activity(nowMs - 100), frames: [aFrame(1, { id: 'a-1', strategy })] });
    expect(doing(aDevice('e0'), told, nowMs)).toBe('computes block 4');
  });
});

describe('problems', () => {
  const details = (changes: Partial<DashboardState>): string[] =>
    problems(state(changes)).map((problem) => (problem.kind === 'device' ? problem.detail : problem.notice.detail));

  it('says what the gateway says of a device, and its notices after that', () => {
    const notice = { code: 'DT_OVERLOAD', detail: 'Too much.', frame: null, at: minute(1), times: 1 };
    const devices = [aDevice('e0'), aDevice('e1', { state: 'refused', problem: 'Another model.' })];
    expect(details({ devices, notices: [notice] })).toEqual(['Another model.', 'Too much.']);
  });

  it('says first which device computes wrongly, and no more of it once it has been released', () => {
    const notice = { code: 'DT_QUARANTINED', detail: 'Wrong sums.', frame: null, at: minute(1), times: 1 };
    const lost = aDevice('e0', { state: 'lost', problem: 'Silent.' });
    const wrong = aDevice('e1', { state: 'quarantined', problem: 'Wrong sums.' });
    expect(details({ devices: [lost, wrong], notices: [notice] })).toEqual(['Wrong sums.', 'Silent.']);
    expect(details({ devices: [lost, aDevice('e1')], notices: [notice] })).toEqual(['Silent.']);
  });

  it('does not say the same twice', () => {
    const notice = { code: 'DT_MODEL', detail: 'Another model.', frame: null, at: minute(1), times: 1 };
    const devices = [aDevice('e1', { state: 'refused', problem: 'Another model.' })];
    expect(details({ devices, notices: [notice] })).toEqual(['Another model.']);
    const longer = { ...notice, detail: 'device e1 registers, and Another model.' };
    expect(details({ devices, notices: [longer] })).toEqual(['Another model.']);
  });

  it('says how to fix a lost or refused device of which the gateway says nothing', () => {
    const devices = [aDevice('e0', { state: 'lost' }), aDevice('e1', { state: 'refused' })];
    expect(details({ devices })).toEqual([
      expect.stringContaining('"deepthings edge e0"'),
      expect.stringContaining('"deepthings edge e1"'),
    ]);
  });

  it('has nothing against devices that are live or drained, have left or are still to come', () => {
    const states = ['live', 'draining', 'drained', 'left', 'expected'] as const;
    const devices = states.map((each, i) => aDevice(`e${i}`, { state: each }));
    expect(details({ devices })).toEqual([]);
  });
});

describe('decodeLiveEvent', () => {
  const decode = (event: string, data: string) => decodeLiveEvent({ event, data, id: '' });

  it('knows the contract’s events', () => {
    expect(decode('frame', JSON.stringify(aFrame(1)))).toEqual({ kind: 'frame', frame: aFrame(1) });
    expect(decode('device', JSON.stringify(aDevice('e0')))).toEqual({ kind: 'device', device: aDevice('e0') });
    expect(decode('reset', '{}')).toEqual({ kind: 'reset' });
  });

  it('reads over those of a later gateway, and refuses what is not JSON', () => {
    expect(decode('weather', 'rain')).toBeNull();
    expect(() => decode('frame', '<html>')).toThrow(SyntaxError);
  });
});
