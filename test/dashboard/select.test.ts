import { describe, expect, it } from 'vitest';
import { decodeLiveEvent } from '../../dashboard/src/live/live-event.js';
import { type DashboardState, INITIAL_STATE } from '../../dashboard/src/state/dashboard-state.js';
import { doing } from '../../dashboard/src/state/select.js';
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
