import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { IdleCollection } from '../../server/compute/idle-collection.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** @param ends whether a frame ends with this request. */
function request(collection: IdleCollection, ends: boolean): void {
  collection.begin();
  if (ends) collection.frameEnded();
  collection.end();
}

test('maps of a frame are freed once, when the thread has been idle for a moment', () => {
  const free = vi.fn();
  const collection = new IdleCollection(free);
  request(collection, false);
  vi.advanceTimersByTime(1_000);
  expect(free).not.toHaveBeenCalled();
  request(collection, true);
  vi.advanceTimersByTime(49);
  expect(free).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(free).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1_000);
  expect(free).toHaveBeenCalledTimes(1);
});

test('a request that comes puts it off, until it has ended', () => {
  const free = vi.fn();
  const collection = new IdleCollection(free);
  request(collection, true);
  vi.advanceTimersByTime(30);
  collection.begin();
  vi.advanceTimersByTime(1_000);
  expect(free).not.toHaveBeenCalled();
  collection.end();
  vi.advanceTimersByTime(50);
  expect(free).toHaveBeenCalledTimes(1);
});

test('of a thread that is never idle they are freed with those of the next frame', () => {
  const free = vi.fn();
  const collection = new IdleCollection(free);
  for (let frame = 1; frame <= 6; frame++) {
    for (let stage = 0; stage < 5; stage++) request(collection, stage === 4);
    expect(free).toHaveBeenCalledTimes(Math.floor(frame / 2));
  }
  vi.advanceTimersByTime(1_000);
  expect(free).toHaveBeenCalledTimes(3);
});
