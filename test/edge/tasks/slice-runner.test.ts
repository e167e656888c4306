import { describe, expect, it } from 'vitest';
import type { LayerJob } from '../../../server/compute/messages.js';
import type { SliceTask } from '../../../server/edge/tasks/edge-board.js';
import type { ResultSender } from '../../../server/edge/tasks/result-sender.js';
import { SliceRunner } from '../../../server/edge/tasks/slice-runner.js';
import { FrameScopes } from '../../../server/node/frame-scopes.js';
import { TaskBoard } from '../../../server/scheduling/device/task-board.js';
import { planLayers } from '../../geometry/chain-graphs.js';
import { chain, conv } from '../../geometry/layer-chains.js';
import { testDevice } from '../test-device.js';

const plan = planLayers(chain({ channels: 3, height: 6, width: 6 }, [conv(3, 2), conv(3, 2), conv(3, 2)]), 3, {
  rows: 1,
  columns: 1,
});
const UPPER = { x0: 0, x1: 6, y0: 0, y1: 3 };

/** The upper half of a map, again and again. */
function task(layer: number, attempt = 1): SliceTask {
  const picture = { region: { x0: 0, x1: 6, y0: 0, y1: 4 }, data: new Uint8Array(3 * 4 * 6) };
  return {
    ...{ kind: 'slice', frame: 'f-1', slice: 0, tile: 0, source: 'e0', inputDigest: 'ab', taskBytes: 1, arrivedMs: 0 },
    ...{ layer, generation: 1, attempt, output: UPPER, publish: [], pieces: layer === 0 ? [picture] : [] },
  };
}

function runner() {
  const jobs: LayerJob[] = [];
  const compute = {
    runLayer: async (job: LayerJob) => {
      jobs.push(job);
      return { data: new Float32Array(2 * 3 * 6).fill(jobs.length), computeMs: 1 };
    },
  };
  const scopes = new FrameScopes();
  const sender = {} as ResultSender;
  return {
    slices: new SliceRunner({ edge: testDevice({ plan }), compute, board: new TaskBoard(9), sender, scopes }),
    scopes,
    jobs,
  };
}

describe('a slice on its device', () => {
  it('goes on with the rows of the layer before, which stayed here', async () => {
    const { slices, scopes, jobs } = runner();
    await slices.compute(task(0), 0);
    await slices.compute(task(1), 0);
    expect(jobs[1]!.pieces).toEqual([{ region: UPPER, data: new Float32Array(36).fill(1) }]);
    expect(scopes.kept).toEqual(['f-1']);
    scopes.end('f-1');
    expect(scopes.kept).toEqual([]);
  });

  it('knows a task that arrives again, when the next layer already needs what it left', async () => {
    const { slices, jobs } = runner();
    expect(slices.isPast(task(0))).toBe(false);
    await slices.compute(task(0), 0);
    expect(slices.isPast(task(0))).toBe(true);
    expect(slices.isPast(task(1))).toBe(false);
    await slices.compute(task(1), 0);
    expect(slices.isPast(task(0))).toBe(true);
    expect(slices.isPast(task(1))).toBe(true);
    await slices.compute(task(2), 0);
    expect(jobs[2]!.pieces).toEqual([{ region: UPPER, data: new Float32Array(36).fill(2) }]);
  });

  it('takes a later attempt from its beginning, and nothing of an earlier one after that', async () => {
    const { slices } = runner();
    await slices.compute(task(0), 0);
    expect(slices.isPast(task(0, 2))).toBe(false);
    await slices.compute(task(0, 2), 0);
    expect(slices.isPast(task(1, 1))).toBe(true);
    expect(slices.isPast(task(1, 2))).toBe(false);
  });
});
