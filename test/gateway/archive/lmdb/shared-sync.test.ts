import { expect, it } from 'vitest';
import { SharedSync } from '../../../../server/gateway/archive/lmdb/shared-sync.js';

it('runs once for all who asked while it was under way, and again for those who ask later', async () => {
  const ends: (() => void)[] = [];
  const sync = new SharedSync(() => new Promise((resolve) => ends.push(resolve)));
  const first = sync.run();
  const others = [sync.run(), sync.run(), sync.run()];
  expect(ends).toHaveLength(1);
  ends[0]!();
  await first;
  await Promise.resolve();
  expect(ends).toHaveLength(2);
  ends[1]!();
  await Promise.all(others);
  const last = sync.run();
  expect(ends).toHaveLength(3);
  ends[2]!();
  await last;
});

it('lets those who wait behind one that failed have a run of their own', async () => {
  let runs = 0;
  const sync = new SharedSync(async () => {
    if (++runs === 1) throw new Error('no room');
  });
  const [first, second] = await Promise.allSettled([sync.run(), sync.run()]);
  expect([first!.status, second!.status, runs]).toEqual(['rejected', 'fulfilled', 2]);
});
