import { expect, it } from 'vitest';
import type { QueuePolicy } from '../../server/scheduling/policy/waiting-order.js';
import { periodicArrivals } from '../../server/simulation/arrivals.js';
import { simulate } from '../../server/simulation/simulate.js';
import { planLayers } from '../geometry/chain-graphs.js';
import { yolov2Chain } from '../geometry/layer-chains.js';
import { bareSettings, MACS_PER_MS } from './small-simulation.js';

const CAMERAS = 6;
const FRAMES = 600;
const plan = planLayers(yolov2Chain(), 16, { rows: 5, columns: 5 });
/** Of a frame on one device. */
const frameMs = plan.stage.macs / MACS_PER_MS;

/** Each of six cameras sends five times as many frames as six devices compute of it. */
function sent(queue: QueuePolicy) {
  const sources = Array.from({ length: CAMERAS }, (_, i) => `e${i}`);
  const frames = periodicArrivals(sources, FRAMES, frameMs / 5);
  const arrivals = { kind: 'timed', frames, pictureBytes: 100_000, queue } as const;
  return simulate(bareSettings(plan, CAMERAS, { strategy: 'whole', arrivals })).frames;
}

/** The greatest age that the newest result of a camera reaches before the next one comes. */
function oldestMs(frames: ReturnType<typeof sent>): number {
  const gaps = Array.from({ length: CAMERAS }, (_, i) => {
    const complete = frames.filter(({ source, state }) => source === `e${i}` && state === 'complete');
    const byEnd = complete.toSorted((a, b) => a.endedMs! - b.endedMs!);
    return byEnd.slice(1).map(({ endedMs }, index) => endedMs! - byEnd[index]!.submittedMs);
  });
  return Math.max(...gaps.flat());
}

it('results of six cameras that are too fast stay as new as turns allow, where the newest frame counts', () => {
  const [latest, all] = [sent('latest'), sent('all')];
  const count = (frames: typeof latest, state: string) => frames.filter((frame) => frame.state === state).length;
  // Each camera has a turn every frame's time: its result is of a frame that waits for one, is computed and stands for another.
  expect(oldestMs(latest)).toBeLessThanOrEqual(3.1 * frameMs);
  expect(count(latest, 'complete') + count(latest, 'dropped')).toBe(FRAMES);
  expect(count(latest, 'dropped')).toBeGreaterThan(0.7 * FRAMES);
  for (let i = 0; i < CAMERAS; i++) {
    const complete = latest.filter(({ source, state }) => source === `e${i}` && state === 'complete').length;
    expect(complete).toBeGreaterThanOrEqual(count(latest, 'complete') / CAMERAS - 1);
  }
  expect([count(all, 'complete'), count(all, 'dropped')]).toEqual([FRAMES, 0]);
  expect(oldestMs(all)).toBeGreaterThan(50 * frameMs);
});
