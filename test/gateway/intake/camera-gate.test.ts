import { expect, it } from 'vitest';
import { hasCode } from '../../../server/errors.js';
import { CameraGate } from '../../../server/gateway/intake/camera-gate.js';

/** Passes a picture that is let in until `end` is called. */
function pass(gate: CameraGate, camera: string, name: string) {
  const state = { isIn: false, isSuperseded: false, end: () => {} };
  const done = gate.pass(camera, async (superseded) => {
    state.isIn = true;
    superseded.addEventListener('abort', () => {
      state.isSuperseded = true;
    });
    await new Promise<void>((resolve) => {
      state.end = resolve;
    });
    return name;
  });
  const outcome = done.catch((error) => (hasCode(error, 'DT_FRAME_SUPERSEDED') ? 'superseded' : error));
  return { state, outcome };
}

it('lets one picture of a camera in, and the newest that has come when that is through', async () => {
  const gate = new CameraGate();
  const first = pass(gate, 'door', 'first');
  const second = pass(gate, 'door', 'second');
  const third = pass(gate, 'door', 'third');
  const yard = pass(gate, 'yard', 'yard');
  expect([first, second, third, yard].map(({ state }) => state.isIn)).toEqual([true, false, false, true]);
  expect([first.state.isSuperseded, yard.state.isSuperseded, gate.size]).toEqual([true, false, 1]);
  expect(await second.outcome).toBe('superseded');
  first.state.end();
  expect(await first.outcome).toBe('first');
  expect([third.state.isIn, gate.size]).toEqual([true, 0]);
  third.state.end();
  yard.state.end();
  expect([await third.outcome, await yard.outcome]).toEqual(['third', 'yard']);
});

it('lets the next one in when a picture fails, and keeps none of two that come in the same moment', async () => {
  const gate = new CameraGate();
  let fail: (error: Error) => void = () => {};
  const failing = gate.pass('door', () => new Promise<string>((_, reject) => (fail = reject)));
  const next = pass(gate, 'door', 'next');
  fail(new Error('no picture'));
  await expect(failing).rejects.toThrow('no picture');
  // The next one has its place before it goes on.
  const last = pass(gate, 'door', 'last');
  await Promise.resolve();
  expect([next.state.isIn, last.state.isIn]).toEqual([true, false]);
  next.state.end();
  expect(await next.outcome).toBe('next');
  last.state.end();
  expect(await last.outcome).toBe('last');
  const again = pass(gate, 'door', 'again');
  expect(again.state.isIn).toBe(true);
  again.state.end();
  await again.outcome;
});
