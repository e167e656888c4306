import { SEED } from '../../../evaluation/paper/experiments/results.js';
import type { Conditions } from './simulate-options.js';

/** Test hosts and what their sources are given, as the simulator sees them. */
export const TEST_HOST_CONDITIONS: Conditions = Object.freeze({
  cpuPeriodMs: 20,
  medium: 'switched',
  latencyMs: 0.1,
  pictureBytes: 100_000,
  pictureSize: Object.freeze({ width: 1920, height: 1280 }),
  seed: SEED,
});
