import { describe, expect, it } from 'vitest';
import { LedgerRuntime } from '../../../server/gateway/dispatch/ledger-runtime.js';
import type { LedgerEffect } from '../../../server/scheduling/ledger/ledger-effects.js';
import { SETTINGS } from '../../scheduling/ledger-run.js';

const { lostAfterMs } = SETTINGS;

function runtimeWithClock() {
  const clock = { ms: 1_000 };
  const effects: LedgerEffect[] = [];
  const runtime = new LedgerRuntime(SETTINGS, () => clock.ms);
  runtime.connect((effect) => effects.push(effect));
  const seen = (device: string) =>
    runtime.apply({ kind: 'device-seen', device, medianTileMs: null, tasks: [], handedOut: [] });
  const tick = () => runtime.apply({ kind: 'tick' });
  const lost = () => effects.filter(({ kind }) => kind === 'device-lost').length;
  return { clock, effects, runtime, seen, tick, lost };
}

describe('the runtime of the ledger', () => {
  it('finds a silent device lost', () => {
    const { clock, seen, tick, lost } = runtimeWithClock();
    seen('e0');
    for (const endMs = clock.ms + lostAfterMs; clock.ms < endMs; clock.ms += 200) tick();
    expect(lost()).toBe(0);
    clock.ms += 400;
    tick();
    expect(lost()).toBe(1);
  });

  it('loses nobody for the time in which it did not run itself: their words wait to be read', () => {
    const { clock, runtime, seen, tick, lost } = runtimeWithClock();
    seen('e0');
    seen('e1');
    clock.ms += 100 * lostAfterMs;
    tick();
    expect(lost()).toBe(0);
    seen('e0');
    for (const endMs = clock.ms + lostAfterMs; clock.ms < endMs; clock.ms += 200) {
      tick();
      seen('e0');
    }
    expect(lost(), 'who stays silent').toBe(1);
    expect(runtime.size).toBe(0);
  });

  it('carries out nothing once it is stopped', () => {
    const { clock, runtime, seen, tick, lost } = runtimeWithClock();
    seen('e0');
    runtime.stop();
    for (const endMs = clock.ms + 2 * lostAfterMs; clock.ms < endMs; clock.ms += 200) tick();
    expect([lost(), runtime.isStopped]).toEqual([0, true]);
  });

  it('does not know of an accepted result that could not be placed: the right one counts when it comes', () => {
    const { effects, runtime, seen } = runtimeWithClock();
    seen('e0');
    runtime.apply({ kind: 'frame-accepted', frame: 'f', parts: 1, source: 'e0', delivered: true });
    const result = { frame: 'f', part: 0, generation: 1, attempt: 1, device: 'e0' };
    const wrong = () => {
      throw new Error('these are not its rows');
    };
    expect(() => runtime.applyResult(result, wrong)).toThrow('not its rows');
    expect(effects.some(({ kind }) => kind === 'finish')).toBe(false);
    expect(runtime.applyResult(result, () => {})).toBe('accepted');
    expect(effects.some(({ kind }) => kind === 'finish')).toBe(true);
  });

  it('refuses to lose an effect that comes before it is connected', () => {
    const runtime = new LedgerRuntime(SETTINGS, () => 0);
    const accept = () =>
      runtime.apply({ kind: 'frame-accepted', frame: 'f-1', parts: 1, source: 'e0', delivered: false });
    runtime.apply({ kind: 'device-seen', device: 'e0', medianTileMs: null, tasks: [], handedOut: [] });
    expect(accept).toThrow('expected connect() before the first event, got the effect deliver');
  });
});
