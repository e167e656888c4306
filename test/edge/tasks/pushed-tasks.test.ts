import { expect, it } from 'vitest';
import { PushedTasks } from '../../../server/edge/tasks/pushed-tasks.js';
import { FrameScopes } from '../../../server/node/frame-scopes.js';

const TASK = { frame: 'a-1', tile: 2, generation: 1, attempt: 1 };

it('each attempt of a tile is known until its frame has ended', () => {
  const scopes = new FrameScopes();
  const pushed = new PushedTasks(9, scopes);
  pushed.add(TASK);
  const others = [{ attempt: 2 }, { tile: 3 }, { frame: 'a-2' }].map((facts) => ({ ...TASK, ...facts }));
  expect(pushed.has(TASK)).toBe(true);
  expect(others.map((task) => pushed.has(task))).toEqual([false, false, false]);
  scopes.end('a-1');
  expect(pushed.has(TASK)).toBe(false);
});

it('the oldest are forgotten beyond the bound', () => {
  const pushed = new PushedTasks(2, new FrameScopes());
  for (const tile of [0, 1, 2]) pushed.add({ ...TASK, tile });
  expect([0, 1, 2].map((tile) => pushed.has({ ...TASK, tile }))).toEqual([false, true, true]);
});
