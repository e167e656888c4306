import { describe, expect, it } from 'vitest';
import { decodeLiveEvent } from '../../dashboard/src/live/live-event.js';
import { type DashboardState, INITIAL_STATE } from '../../dashboard/src/state/dashboard-state.js';
import { problems, shownFrame } from '../../dashboard/src/state/select.js';
import { aCompleteFrame, aDevice, aFrame, minute } from './contract-examples.js';

const state = (changes: Partial<DashboardState>): DashboardState => ({ ...INITIAL_STATE, ...changes });

describe('shownFrame', () => {
  it.each([
    ['the chosen one', { selected: aFrame(1), frames: [aCompleteFrame(3)] }, aFrame(1).id],
    ['the newest that has ended', { frames: [aFrame(3), aCompleteFrame(2), aCompleteFrame(1)] }, aFrame(2).id],
    ['the newest where none has', { frames: [aFrame(3), aFrame(2)] }, aFrame(3).id],
    ['none where there is none', {}, undefined],
  ])('is %s', (_name, changes, id) => {
    expect(shownFrame(state(changes))?.id).toBe(id);
  });
});

describe('problems', () => {
  const details = (changes: Partial<DashboardState>): string[] =>
    problems(state(changes)).map((problem) => (problem.kind === 'device' ? problem.detail : problem.notice.detail));

  it('says what the gateway says of a device, and its notices after that', () => {
    const notice = { code: 'DT_OVERLOAD', detail: 'Too much.', at: minute(1), times: 1 };
    const devices = [aDevice('e0'), aDevice('e1', { state: 'refused', problem: 'Another model.' })];
    expect(details({ devices, notices: [notice] })).toEqual(['Another model.', 'Too much.']);
  });

  it('does not say the same twice', () => {
    const notice = { code: 'DT_MODEL', detail: 'Another model.', at: minute(1), times: 1 };
    const devices = [aDevice('e1', { state: 'refused', problem: 'Another model.' })];
    expect(details({ devices, notices: [notice] })).toEqual(['Another model.']);
  });

  it('says how to mend a lost or refused device of which the gateway says nothing', () => {
    const devices = [aDevice('e0', { state: 'lost' }), aDevice('e1', { state: 'refused' })];
    expect(details({ devices })).toEqual([
      expect.stringContaining('"deepthings edge e0"'),
      expect.stringContaining('"deepthings edge e1"'),
    ]);
  });

  it('has nothing against devices that are live, have left or are still to come', () => {
    const devices = [aDevice('e0'), aDevice('e1', { state: 'left' }), aDevice('e2', { state: 'expected' })];
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
