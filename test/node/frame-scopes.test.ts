import { expect, it } from 'vitest';
import { FrameScopes } from '../../server/node/frame-scopes.js';

it('the end of a frame reaches every part that registered, in that order', () => {
  const scopes = new FrameScopes();
  const strips = new Set(['f-1', 'f-2']);
  const pictures = new Set(['f-2', 'f-3']);
  const told: string[] = [];
  scopes.onEnd(
    (frame) => strips.delete(frame),
    () => [...strips],
  );
  scopes.onEnd(
    (frame) => pictures.delete(frame),
    () => [...pictures],
  );
  scopes.onEnd((frame) => told.push(frame));
  expect(scopes.kept).toEqual(['f-1', 'f-2', 'f-3']);
  scopes.end('f-2');
  expect([scopes.kept, told]).toEqual([['f-1', 'f-3'], ['f-2']]);
  scopes.endAll();
  expect([scopes.kept, told]).toEqual([[], ['f-2', 'f-1', 'f-3']]);
});

it('a part hears why a frame ends: what outlives its end may not outlive a new beginning', () => {
  const scopes = new FrameScopes();
  const told: string[] = [];
  scopes.onEnd((frame, why) => told.push(`${frame} ${why}`));
  scopes.end('f-1');
  scopes.end('f-1', 'begun again');
  scopes.end('f-1', 'forgotten');
  expect(told).toEqual(['f-1 ended', 'f-1 begun again', 'f-1 forgotten']);
});
