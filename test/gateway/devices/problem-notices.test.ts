import { expect, it } from 'vitest';
import { ProblemNotices } from '../../../server/gateway/devices/problem-notices.js';
import { EventLog } from '../../../server/node/observe/event-log.js';

it('a problem is told at once, and not again for a while, however often it happens', async () => {
  const events = new EventLog('ep', 100);
  const watched = events.watch(null, new AbortController().signal);
  const first = watched.next();
  let nowMs = 0;
  const notices = new ProblemNotices(events, () => nowMs);
  notices.report('DT_OVERLOADED', 'much');
  notices.report('DT_OVERLOADED', 'much');
  notices.report('DT_OVERLOADED', 'more');
  nowMs = 6_000;
  notices.report('DT_OVERLOADED', 'much');
  const told = [await first, await watched.next(), await watched.next()].map(({ value }) => value.data);
  expect(told).toEqual([
    { code: 'DT_OVERLOADED', detail: 'much' },
    { code: 'DT_OVERLOADED', detail: 'more' },
    { code: 'DT_OVERLOADED', detail: 'much' },
  ]);
});
