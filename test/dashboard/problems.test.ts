import { describe, expect, it } from 'vitest';
import type { DeviceState } from '../../dashboard/src/contract-types.js';
import { type DashboardState, INITIAL_STATE } from '../../dashboard/src/state/dashboard-state.js';
import { isAmiss, isAwaited, problems } from '../../dashboard/src/state/problems.js';
import { aDevice, minute } from './contract-examples.js';

const state = (changes: Partial<DashboardState>): DashboardState => ({ ...INITIAL_STATE, ...changes });

/** As the gateway has a device that it has never heard of. */
function awaited(device: string, changes: Partial<DeviceState> = {}): DeviceState {
  return aDevice(device, { state: 'expected', lastSeenAt: null, problem: 'not seen yet: start it', ...changes });
}

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

  it('has nothing against devices that are live, drained, stopped or still to come, whatever the gateway says of them', () => {
    const states = ['live', 'draining', 'drained'] as const;
    const devices = states.map((each, i) => aDevice(`e${i}`, { state: each }));
    const stopped = aDevice('e3', { state: 'left', problem: 'was stopped: start it' });
    expect(details({ devices: [...devices, stopped, awaited('e4')] })).toEqual([]);
  });

  it('tells why a device that has never been there was refused, once', () => {
    const notice = { code: 'DT_TOKEN', detail: 'e0 shows a wrong token', frame: null, at: minute(1), times: 1 };
    const device = awaited('e0', { problem: notice.detail });
    expect(details({ devices: [device], notices: [notice] })).toEqual([notice.detail]);
    expect(isAwaited(device, [notice])).toBe(false);
    expect(isAwaited(device, [])).toBe(true);
  });

  it('does not take a device for awaited whose process was refused and has ended', () => {
    const ended = aDevice('e0', { state: 'expected', problem: 'not running: the last process of it was refused' });
    expect(isAwaited(ended, [])).toBe(false);
    expect(details({ devices: [ended] })).toEqual([ended.problem]);
  });
});

describe('isAmiss', () => {
  it.each([
    ['live', false],
    ['drained', false],
    ['left', false],
    ['expected', false],
    ['lost', true],
    ['refused', true],
    ['quarantined', true],
  ] as const)('is, of a device that is %s, %s', (one, expected) => {
    expect(isAmiss({ state: one })).toBe(expected);
  });
});
