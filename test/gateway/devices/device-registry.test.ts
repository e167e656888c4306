import { beforeEach, describe, expect, it } from 'vitest';
import type { DeviceConfig } from '../../../server/config/cluster-config.js';
import { DeviceRegistry } from '../../../server/gateway/devices/device-registry.js';
import { PROTOCOL_VERSION } from '../../../server/node/wire/plan-digest.js';
import { registration } from '../fake-device.js';

const DEVICES = [
  { id: 'e0', address: 'http://192.0.2.10:8081', source: true },
  { id: 'e1', address: 'http://pi.lan:8081', source: false },
] as unknown as DeviceConfig[];
const GOOD = { address: 'http://192.0.2.10:8081' };

let registry: DeviceRegistry;
const nowMs = 0;
beforeEach(() => {
  registry = new DeviceRegistry(DEVICES, { modelDigest: 'model', planDigest: 'plan' }, () => nowMs);
});

const admit = (facts: Parameters<typeof registration>[0] = {}, nowMs = 0) =>
  registry.admit(registration({ ...GOOD, ...facts }), nowMs);
const stateOf = (device = 'e0') => registry.document(device).state;

describe('a declared device', () => {
  it('is expected until it says something, and says how to start it', () => {
    expect(registry.document('e0')).toMatchObject({ state: 'expected', lastSeenAt: null, engine: null, pending: 0 });
    expect(registry.document('e0').problem).toContain('deepthings edge e0');
    expect(registry.anySourceLive).toBe(false);
  });

  it('is in quarantine until it is released, whatever it says meanwhile', () => {
    admit();
    registry.quarantine('e0', 'its sums are wrong');
    expect(registry.document('e0')).toMatchObject({ state: 'quarantined', problem: 'its sums are wrong' });
    const shown = () => [registry.isLive('e0'), registry.anySourceLive, registry.mayHaveFrames('e0')];
    expect(shown()).toEqual([false, false, false]);
    admit({ startedAt: 9_999_999, number: 1 });
    registry.lost('e0');
    expect(stateOf()).toBe('quarantined');
    registry.release('e0');
    expect(stateOf()).toBe('lost');
    admit({ startedAt: 9_999_999, number: 2 });
    expect(shown()).toEqual([true, true, true]);
  });

  it('is live with its first word, and shown as it says', () => {
    const tasks = [{ frame: 'f-1', tile: 0, generation: 1, attempt: 1, state: 'running' as const }];
    expect(admit({ pending: 3, tasks }, 60_000)).toEqual({ kind: 'news', restarted: false });
    expect(registry.document('e0')).toMatchObject({
      ...{ state: 'live', pending: 3, running: 1, problem: null },
      lastSeenAt: '1970-01-01T00:01:00.000Z',
    });
    expect([registry.isLive('e0'), registry.isLive('e1'), registry.anySourceLive]).toEqual([true, false, true]);
  });

  it('that only steals is no source, live or not', () => {
    expect([registry.maySource('e0'), registry.maySource('e1'), registry.maySource('e7')]).toEqual([
      true,
      false,
      false,
    ]);
    admit({ device: 'e1', address: 'http://pi.lan:8081' });
    expect([registry.isLive('e1'), registry.anySourceLive]).toEqual([true, false]);
  });

  it('leaves when it says so, and comes back', () => {
    admit();
    expect(admit({ number: 2, leaving: true })).toEqual({ kind: 'news', restarted: false });
    expect(stateOf()).toBe('left');
    expect(admit({ number: 1 })).toEqual({ kind: 'stale' });
    expect(admit({ startedAt: 2_000, number: 1 })).toEqual({ kind: 'news', restarted: true });
    expect(stateOf()).toBe('live');
  });

  it('that is lost is taken at its word again, whatever number was heard of it', () => {
    admit();
    expect(admit({ number: Number.MAX_SAFE_INTEGER })).toEqual({ kind: 'news', restarted: false });
    expect(admit({ number: 3 })).toEqual({ kind: 'stale' });
    registry.lost('e0');
    expect(admit({ number: 4 })).toEqual({ kind: 'news', restarted: false });
    expect(stateOf()).toBe('live');
  });

  it('is lost when it was live, and live with its next word', () => {
    registry.lost('e0');
    expect(stateOf()).toBe('expected');
    admit();
    registry.lost('e0');
    expect(registry.document('e0')).toMatchObject({ state: 'lost', problem: expect.stringContaining('192.0.2.10') });
    expect(admit({ number: 2 })).toEqual({ kind: 'news', restarted: false });
    expect(stateOf()).toBe('live');
  });

  it('is reached where it is declared', () => {
    expect(registry.addressOf('e0')).toBe('http://192.0.2.10:8081');
    admit();
    expect(registry.addressOf('e0')).toBe('http://192.0.2.10:8081');
  });
});

describe('of two words of one device', () => {
  it.each([
    ['a later one of the same process', 1_000, 6, 'news'],
    ['the same one again', 1_000, 5, 'stale'],
    ['an earlier one of the same process', 1_000, 4, 'stale'],
    ['one of a process that started later', 2_000, 0, 'news'],
    ['one of a process that started earlier', 500, 99, 'stale'],
  ])('%s is taken as it should be', (_name, startedAt, number, kind) => {
    admit({ number: 5 });
    expect(admit({ startedAt, number }).kind).toBe(kind);
    expect(stateOf()).toBe('live');
  });

  it('one of a process that started earlier, by a clock that was set back, counts once the other is lost', () => {
    admit({ number: 5 });
    registry.lost('e0');
    expect(admit({ startedAt: 500, number: 1 })).toEqual({ kind: 'news', restarted: true });
    expect(stateOf()).toBe('live');
  });
});

describe('a device that does not fit', () => {
  it.each([
    ['protocol', { protocol: PROTOCOL_VERSION + 1 }, 'DT_PROTOCOL_MISMATCH'],
    ['model', { model: 'other' }, 'DT_MODEL_MISMATCH'],
    ['plan', { plan: 'other' }, 'DT_PLAN_MISMATCH'],
    ['host', { address: 'http://192.0.2.11:8081' }, 'DT_ADDRESS_UNDECLARED'],
    ['port', { address: 'http://192.0.2.10:9999' }, 'DT_ADDRESS_UNDECLARED'],
    ['scheme', { address: 'https://192.0.2.10:8081' }, 'DT_ADDRESS_UNDECLARED'],
    ['host in disguise', { address: 'http://192.0.2.10.example.org:8081' }, 'DT_ADDRESS_UNDECLARED'],
    ['address', { address: 'http://[' }, 'DT_ADDRESS_UNDECLARED'],
  ])('is refused for its %s, and shown so with the reason', (_name, facts, code) => {
    expect(() => admit(facts, 5)).toThrow(expect.objectContaining({ status: 409, code }));
    expect(registry.document('e0')).toMatchObject({
      state: 'refused',
      engine: null,
      problem: expect.stringContaining('e0'),
    });
    expect(registry.addressOf('e0')).toBe(GOOD.address);
    expect(registry.isLive('e0')).toBe(false);
  });

  it('is taken as soon as it fits', () => {
    expect(() => admit({ plan: 'other' })).toThrow();
    expect(admit({ startedAt: 2_000 })).toEqual({ kind: 'news', restarted: false });
    expect(stateOf()).toBe('live');
  });

  it('does not push out the live one of its name, older or newer', () => {
    admit();
    for (const startedAt of [500, 2_000]) {
      expect(() => admit({ startedAt, model: 'other' })).toThrow(expect.objectContaining({ status: 409 }));
      expect(stateOf()).toBe('live');
    }
    expect(admit({ number: 2 })).toEqual({ kind: 'news', restarted: false });
  });

  it('is refused when its own process changes its mind', () => {
    admit();
    expect(() => admit({ number: 2, plan: 'other' })).toThrow();
    expect(stateOf()).toBe('refused');
  });

  it('leaves no trace when nobody declared it', () => {
    expect(() => admit({ device: 'e7' })).toThrow(expect.objectContaining({ status: 409, code: 'DT_DEVICE_UNKNOWN' }));
    expect(registry.documents().map(({ device }) => device)).toEqual(['e0', 'e1']);
    expect([registry.has('e7'), registry.isLive('e7')]).toEqual([false, false]);
  });
});
