import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { askForVictim, createVictims } from '../../../server/gateway/devices/victim-request.js';
import type { VictimDirectory } from '../../../server/scheduling/policy/victim-directory.js';

const never = () => new AbortController().signal;

let victims: VictimDirectory;
beforeEach(() => {
  vi.useFakeTimers();
  victims = createVictims();
});
afterEach(() => void vi.useRealTimers());

const ask = (thief: string, waitMs: number, gone = never()) => askForVictim(victims, { thief, waitMs }, gone);

/** Who has been answered, and with what. */
function asking(thieves: readonly string[], waitMs = 20_000, signal = never()) {
  const answered: [thief: string, victim: string | null][] = [];
  const all = thieves.map((thief) => ask(thief, waitMs, signal).then((v) => answered.push([thief, v])));
  return { answered, all: Promise.all(all) };
}

const settled = () => vi.advanceTimersByTimeAsync(0);

describe('a thief that asks for a victim', () => {
  it('is answered at once when there is one', async () => {
    victims.pending('e0', 2);
    expect(await ask('e1', 20_000)).toBe('e0');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is answered at once with none when it does not want to wait', async () => {
    expect(await ask('e1', 0)).toBeNull();
  });

  it('is named nobody, and to nobody, while it is barred', async () => {
    const { answered } = asking(['e1', 'e2']);
    victims.bar('e1');
    victims.bar('e3');
    victims.pending('e3', 1);
    victims.pending('e0', 1);
    await settled();
    expect(answered).toEqual([['e2', 'e0']]);
    victims.admit('e1');
    victims.pending('e0', 1);
    await settled();
    expect(answered.at(-1)).toEqual(['e1', 'e0']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is held until a device has tasks', async () => {
    const { answered } = asking(['e1']);
    await vi.advanceTimersByTimeAsync(19_999);
    expect(answered).toEqual([]);
    victims.pending('e0', 1);
    await settled();
    expect(answered).toEqual([['e1', 'e0']]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is held no longer than it wants', async () => {
    const { answered } = asking(['e1']);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(answered).toEqual([['e1', null]]);
    victims.pending('e0', 1);
    expect(await ask('e2', 0)).toBe('e0');
  });

  it('is never named itself, and is held while nobody else has tasks', async () => {
    victims.pending('e1', 5);
    const { answered } = asking(['e1']);
    await settled();
    expect(answered).toEqual([]);
    victims.pending('e2', 1);
    await settled();
    expect(answered).toEqual([['e1', 'e2']]);
  });

  it('that hangs up costs no task its thief', async () => {
    const gone = new AbortController();
    const { answered } = asking(['e1'], 20_000, gone.signal);
    gone.abort();
    await settled();
    expect(answered).toEqual([['e1', null]]);
    const { answered: others } = asking(['e2']);
    victims.pending('e0', 1);
    await settled();
    expect(others).toEqual([['e2', 'e0']]);
  });

  it('that has hung up already is not held', async () => {
    expect(await ask('e1', 20_000, AbortSignal.abort())).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that asks again has its first request answered: one thief waits once', async () => {
    const { answered } = asking(['e1']);
    const { answered: again } = asking(['e1']);
    await settled();
    expect(answered).toEqual([['e1', null]]);
    victims.pending('e0', 2);
    await settled();
    expect(again).toEqual([['e1', 'e0']]);
    expect(await ask('e2', 0)).toBe('e0');
  });
});

describe('those who wait', () => {
  it('are woken in the order in which they came, no more of them than there are tiles', async () => {
    const { answered } = asking(['e1', 'e2', 'e3', 'e4']);
    victims.pending('e0', 2);
    await settled();
    expect(answered).toEqual([
      ['e1', 'e0'],
      ['e2', 'e0'],
    ]);
    victims.pending('e0', 1);
    await settled();
    expect(answered).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(answered.at(-1)).toEqual(['e4', null]);
  });

  it('are spread over the victims round robin', async () => {
    victims.pending('e8', 3);
    victims.pending('e9', 3);
    const { answered, all } = asking(['e1', 'e2', 'e3', 'e4']);
    await all;
    expect(answered.map(([, victim]) => victim)).toEqual(['e8', 'e9', 'e8', 'e9']);
  });

  it('are not sent to a device that has none any more', async () => {
    victims.pending('e0', 3);
    victims.pending('e0', 0);
    expect(await ask('e1', 0)).toBeNull();
  });

  it('are all answered when the gateway stops', async () => {
    const { answered, all } = asking(['e1', 'e2']);
    victims.close();
    await all;
    expect(answered.map(([, victim]) => victim)).toEqual([null, null]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leave no listener on a signal that outlives them', async () => {
    const gone = new AbortController();
    for (let i = 0; i < 100; i++) {
      const { all } = asking([`e${i}`], 20_000, gone.signal);
      victims.pending('z', 1);
      await all;
    }
    expect(getEventListeners(gone.signal, 'abort')).toHaveLength(0);
  });
});
