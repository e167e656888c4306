import { describe, expect, it } from 'vitest';
import { LedgerRuntime } from '../../../server/gateway/dispatch/ledger-runtime.js';
import type { LedgerEffect } from '../../../server/scheduling/ledger/ledger-effects.js';
import { SETTINGS } from '../../scheduling/ledger-run.js';

const { lostAfterMs } = SETTINGS;

function keeperWithClock() {
  const clock = { ms: 1_000 };
  const effects: LedgerEffect[] = [];
  const keeper = new LedgerRuntime(SETTINGS, () => clock.ms);
  keeper.connect((effect) => effects.push(effect));
  const seen = (device: string) =>
    keeper.apply({ kind: 'device-seen', device, medianTileMs: null, tasks: [], handedOut: [] });
  const tick = () => keeper.apply({ kind: 'tick' });
  const lost = () => effects.filter(({ kind }) => kind === 'device-lost').length;
  return { clock, keeper, seen, tick, lost };
}

describe('the keeper of the ledger', () => {
  it('finds a silent device lost', () => {
    const { clock, seen, tick, lost } = keeperWithClock();
    seen('e0');
    for (const endMs = clock.ms + lostAfterMs; clock.ms < endMs; clock.ms += 200) tick();
    expect(lost()).toBe(0);
    clock.ms += 400;
    tick();
    expect(lost()).toBe(1);
  });

  it('loses nobody for the time in which it did not run itself: their words wait to be read', () => {
    const { clock, keeper, seen, tick, lost } = keeperWithClock();
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
    expect(keeper.size).toBe(0);
  });

  it('carries out nothing once it is stopped', () => {
    const { clock, keeper, seen, tick, lost } = keeperWithClock();
    seen('e0');
    keeper.stop();
    for (const endMs = clock.ms + 2 * lostAfterMs; clock.ms < endMs; clock.ms += 200) tick();
    expect([lost(), keeper.isStopped]).toEqual([0, true]);
  });

  it('refuses to lose an effect that comes before it is connected', () => {
    const keeper = new LedgerRuntime(SETTINGS, () => 0);
    const accept = () =>
      keeper.apply({ kind: 'frame-accepted', frame: 'f-1', parts: 1, source: 'e0', delivered: false });
    keeper.apply({ kind: 'device-seen', device: 'e0', medianTileMs: null, tasks: [], handedOut: [] });
    expect(accept).toThrow('expected connect() before the first event, got the effect deliver');
  });
});
