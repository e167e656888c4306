import { expect, it } from 'vitest';
import { FrameGenerations } from '../../../server/edge/frames/frame-generations.js';
import { FrameScopes } from '../../../server/node/frame-scopes.js';

it('what is of an older generation of a frame is dropped, once', () => {
  const dropped: [string, number][] = [];
  const scopes = new FrameScopes();
  const generations = new FrameGenerations(2, scopes);
  generations.onInvalidated((frame, generation) => dropped.push([frame, generation]));
  const isPast = (frame: string, generation: number) => generations.isPast({ frame, generation });
  generations.invalidateBefore('f', 1);
  expect([dropped, isPast('f', 1)]).toEqual([[], false]);
  generations.invalidateBefore('f', 4);
  generations.invalidateBefore('f', 4);
  generations.invalidateBefore('f', 2);
  expect(dropped).toEqual([['f', 4]]);
  expect([isPast('f', 3), isPast('f', 4), isPast('g', 1)]).toEqual([true, false, false]);
  generations.invalidateBefore('f', 6);
  expect(isPast('f', 5)).toBe(true);
  generations.invalidateBefore('g', 2);
  generations.invalidateBefore('h', 2);
  expect(isPast('f', 5), 'more than are kept').toBe(false);
  scopes.end('g');
  expect(isPast('g', 1)).toBe(false);
});

it('blocks of an attempt that is past are void, tiles are not', () => {
  const dropped: unknown[] = [];
  const generations = new FrameGenerations(9, new FrameScopes());
  generations.onInvalidated((...present) => dropped.push(present));
  const block = (generation: number, attempt: number) => ({ frame: 'f', generation, attempt });
  generations.invalidateBefore('f', 1, 1);
  expect([dropped, generations.isPastBlock(block(1, 1))]).toEqual([[], false]);
  generations.invalidateBefore('f', 1, 3);
  generations.invalidateBefore('f', 1, 2);
  expect(dropped).toEqual([['f', 1, 3]]);
  expect([generations.isPastBlock(block(1, 2)), generations.isPastBlock(block(1, 3))]).toEqual([true, false]);
  expect(generations.isPast(block(1, 2))).toBe(false);
  generations.invalidateBefore('f', 2, 7);
  expect([generations.isPastBlock(block(1, 9)), generations.isPastBlock(block(2, 6))]).toEqual([true, true]);
  expect(generations.isPast(block(1, 9))).toBe(true);
});
