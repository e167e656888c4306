import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SilenceWatch } from '../../server/cameras/silence-watch.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

function watchSilence() {
  const onSilence = vi.fn();
  return { onSilence, silence: new SilenceWatch({ silenceMs: 30_000, onSilence }) };
}

test('a source that never gave a picture is silent after its time, once', () => {
  const { onSilence, silence } = watchSilence();
  vi.advanceTimersByTime(29_999);
  expect(onSilence).not.toHaveBeenCalled();
  vi.advanceTimersByTime(100_000);
  expect(onSilence).toHaveBeenCalledTimes(1);
  expect(silence.words).toBe('no picture for 30 s');
});

test('each picture starts the count again, also after a silence', () => {
  const { onSilence, silence } = watchSilence();
  for (let picture = 0; picture < 5; picture++) {
    vi.advanceTimersByTime(29_000);
    silence.heard();
  }
  expect(onSilence).not.toHaveBeenCalled();
  vi.advanceTimersByTime(30_000);
  silence.heard();
  vi.advanceTimersByTime(30_000);
  expect(onSilence).toHaveBeenCalledTimes(2);
});

test('waiting for the cluster is no silence', async () => {
  const { onSilence, silence } = watchSilence();
  let makeRoom = (): void => {};
  const held = silence.hold(new Promise<void>((resolve) => (makeRoom = resolve)));
  silence.heard();
  vi.advanceTimersByTime(600_000);
  expect(onSilence).not.toHaveBeenCalled();
  makeRoom();
  await held;
  vi.advanceTimersByTime(30_000);
  expect(onSilence).toHaveBeenCalledTimes(1);
});

test('a watch that was stopped says nothing and leaves no timer', () => {
  const { onSilence, silence } = watchSilence();
  silence.stop();
  silence.heard();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(60_000);
  expect(onSilence).not.toHaveBeenCalled();
});
