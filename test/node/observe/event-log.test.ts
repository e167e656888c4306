import { describe, expect, it } from 'vitest';
import { EventLog, type LoggedEvent } from '../../../server/node/observe/event-log.js';

const never = () => new AbortController().signal;

function logOf(count: number, limit = 4): EventLog {
  const log = new EventLog('ep', limit);
  for (let number = 1; number <= count; number++) log.publish('tile', number);
  return log;
}

/** What a watcher gets at once; it stays where it is. */
async function take(watcher: AsyncGenerator<LoggedEvent>, count: number): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  while (events.length < count) events.push((await watcher.next()).value);
  return events;
}

const tile = (number: number) => ({ id: `ep-${number}`, event: 'tile', data: number });
const reset = (number: number) => ({ id: `ep-${number}`, event: 'reset', data: {} });

describe('a watcher of events', () => {
  it('gets what is published from now on, in order', async () => {
    const log = logOf(2);
    const watcher = log.watch(null, never());
    const events = take(watcher, 2);
    log.publish('tile', 3);
    log.publish('tile', 4);
    expect(await events).toEqual([tile(3), tile(4)]);
  });

  it.each([
    ['the last event', 4, [5]],
    ['an older one that is kept', 2, [3, 4, 5]],
    ['the one before the oldest kept', 0, [1, 2, 3, 4]],
  ])('that left off at %s gets what came after it', async (_name, last, numbers) => {
    const log = logOf(4);
    const events = take(log.watch(`ep-${last}`, never()), numbers.length);
    log.publish('tile', 5);
    expect(await events).toEqual(numbers.map(tile));
  });

  it.each([
    ['of another life of the node', 'other-3'],
    ['that is not kept any more', 'ep-1'],
    ['that has not happened yet', 'ep-7'],
    ['that is none', 'ep'],
    ['that is no number', 'ep-x'],
    ['that is far too large', `ep-${'9'.repeat(40)}`],
  ])('that left off at an event %s is told to start anew', async (_name, last) => {
    const log = logOf(6);
    const watcher = log.watch(last, never());
    expect(await take(watcher, 1)).toEqual([reset(6)]);
    log.publish('tile', 7);
    expect(await take(watcher, 1)).toEqual([tile(7)]);
  });

  it('that wants some events only gets these, and a reset', async () => {
    const log = new EventLog('ep', 4);
    const watcher = log.watch('other-1', never(), ['frame']);
    expect(await take(watcher, 1)).toEqual([reset(0)]);
    for (const event of ['tile', 'frame', 'device', 'frame']) log.publish(event, event);
    expect((await take(watcher, 2)).map(({ id, event }) => [id, event])).toEqual([
      ['ep-2', 'frame'],
      ['ep-4', 'frame'],
    ]);
  });

  it('that comes back with the id of a reset misses nothing', async () => {
    const log = logOf(6);
    const [{ id }] = (await take(log.watch('ep-1', never()), 1)) as [LoggedEvent];
    log.publish('tile', 7);
    expect(await take(log.watch(id, never()), 1)).toEqual([tile(7)]);
  });

  it('that falls out of the ring is told so, and goes on with what comes then', async () => {
    const log = logOf(0);
    const watcher = log.watch(null, never());
    const first = take(watcher, 1);
    for (let number = 1; number <= 9; number++) log.publish('tile', number);
    // It saw that there was something, and was slow to fetch it.
    const [event] = await first;
    expect(event).toEqual(reset(9));
    log.publish('tile', 10);
    expect(await take(watcher, 1)).toEqual([tile(10)]);
  });

  it('keeps no other from what it gets', async () => {
    const log = logOf(0);
    const slow = log.watch(null, never());
    const fast = log.watch(null, never());
    const first = [take(slow, 1), take(fast, 1)];
    log.publish('tile', 1);
    expect(await Promise.all(first)).toEqual([[tile(1)], [tile(1)]]);
    for (let number = 2; number <= 8; number++) {
      log.publish('tile', number);
      expect(await take(fast, 1)).toEqual([tile(number)]);
    }
    expect(await take(slow, 1)).toEqual([reset(8)]);
  });
});

describe('the end of watching', () => {
  it('comes to all who wait when the log is closed', async () => {
    const log = logOf(1);
    const waiting = [log.watch(null, never()).next(), log.watch(null, never()).next()];
    log.close();
    for (const { done } of await Promise.all(waiting)) expect(done).toBe(true);
    expect((await log.watch(null, never()).next()).done).toBe(true);
  });

  it('comes to the one whose signal is aborted, and to no other', async () => {
    const log = logOf(0);
    const gone = new AbortController();
    const left = log.watch(null, gone.signal).next();
    const other = log.watch(null, never()).next();
    gone.abort();
    expect((await left).done).toBe(true);
    log.publish('tile', 1);
    expect((await other).value).toEqual(tile(1));
    expect((await log.watch(null, gone.signal).next()).done).toBe(true);
  });
});
