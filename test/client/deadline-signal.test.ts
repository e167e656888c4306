import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { deadlineSignal, joinSignals, withDeadline } from '../../client/deadline-signal.js';
import { collectGarbage } from '../support/garbage.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** Listens as `pause` and `fetch` do: nothing but the listener knows the signal. */
function whenAborted(signal: AbortSignal, done: (reason: unknown) => void): void {
  signal.addEventListener('abort', () => done(signal.reason), { once: true });
}

describe('a signal with a deadline', () => {
  test('aborts at its time, whatever the garbage collector has done', async () => {
    const outer = new AbortController();
    const aborted = vi.fn();
    whenAborted(deadlineSignal(outer.signal, 2_000, 'too late').signal, aborted);
    await collectGarbage();
    vi.advanceTimersByTime(1_999);
    expect(aborted).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(aborted.mock.calls).toEqual([[expect.objectContaining({ name: 'TimeoutError', message: 'too late' })]]);
  });

  test('aborts with the outer one, for its reason', async () => {
    const outer = new AbortController();
    const aborted = vi.fn();
    whenAborted(deadlineSignal(outer.signal, 2_000).signal, aborted);
    await collectGarbage();
    outer.abort('enough');
    expect(aborted.mock.calls).toEqual([['enough']]);
  });

  test('leaves neither a timer nor a listener behind, and an outer signal takes any number of them', async () => {
    const warned = vi.fn();
    process.on('warning', warned);
    const outer = new AbortController();
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const work = Array.from({ length: 40 }, () => withDeadline(outer.signal, 60_000, () => ended));
    expect([vi.getTimerCount(), getEventListeners(outer.signal, 'abort').length]).toEqual([40, 40]);
    end();
    await Promise.all(work);
    expect([vi.getTimerCount(), getEventListeners(outer.signal, 'abort').length]).toEqual([0, 0]);
    await expect(withDeadline(outer.signal, 60_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(vi.getTimerCount()).toBe(0);
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
  });
});

describe('joined signals', () => {
  test.each([0, 1])('abort with number %i, whatever the garbage collector has done', async (number) => {
    const outer = [new AbortController(), new AbortController()];
    const aborted = vi.fn();
    whenAborted(joinSignals([undefined, ...outer.map(({ signal }) => signal)]).signal, aborted);
    await collectGarbage();
    outer[number]!.abort('enough');
    outer[1 - number]!.abort('again');
    expect(aborted.mock.calls).toEqual([['enough']]);
  });

  test('are aborted from the start where one of them is', () => {
    const { signal } = joinSignals([new AbortController().signal, AbortSignal.abort('before')]);
    expect([signal.aborted, signal.reason]).toEqual([true, 'before']);
  });
});
