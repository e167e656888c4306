import { describe, expect, it } from 'vitest';
import { floatPictures } from '../../../server/evaluation/paper/float-pictures.js';
import { simulatedRun } from '../../../server/evaluation/simulate/simulated-run.js';
import { planGraph } from '../../../server/geometry/choose-cut.js';
import { planCost } from '../../../server/geometry/plan-cost.js';
import { bareSettings } from '../../simulation/small-simulation.js';
import { YOLOV2 } from './paper-results.js';

const plan = planGraph(YOLOV2.graph, 4, { rows: 2, columns: 2 });
const { frameBytes, inputBytes } = planCost(plan, { inputBytesPerValue: 1, outputBytesPerValue: 4 });

describe('pictures that travel as F32', () => {
  it('take three bytes more a value, in whole and in tiles, and nothing else changes', () => {
    const settings = bareSettings(plan, 2, { strategy: 'ftp-wsh' });
    const bytes = simulatedRun(settings).wireBytesPerFrame;
    const floats = simulatedRun(floatPictures(settings)).wireBytesPerFrame;
    expect(floats.frame - bytes.frame).toBe(3 * frameBytes);
    expect(floats.input - bytes.input).toBe(3 * inputBytes);
    // A result says how long its task's body was: a digit more, in a header that is padded to eight.
    expect(Math.abs(floats.result - bytes.result)).toBeLessThanOrEqual(8 * plan.tiles.length);
  });

  it('do so in the slices of MoDNN as well, whose border rows were floats before', () => {
    const settings = bareSettings(plan, 2, { strategy: 'modnn' });
    const bytes = simulatedRun(settings).wireBytesPerFrame;
    const floats = simulatedRun(floatPictures(settings)).wireBytesPerFrame;
    expect(floats.input - bytes.input).toBeGreaterThan(3 * frameBytes);
    expect(floats.overlap).toBe(bytes.overlap);
  });
});
