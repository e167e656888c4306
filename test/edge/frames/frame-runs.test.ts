import { expect, it } from 'vitest';
import { FrameRuns } from '../../../server/edge/frames/frame-runs.js';
import { FrameScopes } from '../../../server/node/frame-scopes.js';

it('a frame that began anew has what came before dropped, once', () => {
  const dropped: [string, number][] = [];
  const scopes = new FrameScopes();
  const runs = new FrameRuns(2, scopes);
  runs.onInvalidated((frame, since) => dropped.push([frame, since]));
  const isPast = (frame: string, attempt: number) => runs.isPast({ frame, attempt });
  runs.invalidateBefore('f', 1);
  expect([dropped, isPast('f', 1)]).toEqual([[], false]);
  runs.invalidateBefore('f', 4);
  runs.invalidateBefore('f', 4);
  runs.invalidateBefore('f', 2);
  expect(dropped).toEqual([['f', 4]]);
  expect([isPast('f', 3), isPast('f', 4), isPast('g', 1)]).toEqual([true, false, false]);
  runs.invalidateBefore('f', 6);
  expect(isPast('f', 5)).toBe(true);
  runs.invalidateBefore('g', 2);
  runs.invalidateBefore('h', 2);
  expect(isPast('f', 5), 'more than are remembered').toBe(false);
  scopes.end('g');
  expect(isPast('g', 1)).toBe(false);
});
