import { expect, it } from 'vitest';
import type { Drain } from '../../server/edge/drain.js';
import { FrameIntake } from '../../server/edge/frame-intake.js';
import type { FrameInputs } from '../../server/edge/frames/frame-inputs.js';
import type { BlockTask } from '../../server/edge/gang/block-task.js';
import type { EdgeTask } from '../../server/edge/tasks/edge-task.js';
import { wholeMap } from '../../server/geometry/region.js';
import { TaskBoard } from '../../server/scheduling/device/task-board.js';
import { ReuseBook } from '../../server/scheduling/reuse/reuse-book.js';
import { planLayers } from '../geometry/chain-graphs.js';
import { chain, conv } from '../geometry/layer-chains.js';
import { testDevice, testFrames } from './test-device.js';

const PLAN = planLayers(chain({ channels: 3, height: 6, width: 6 }, [conv(3, 2), conv(3, 2)]), 2, {
  rows: 2,
  columns: 2,
});
const { length: TILES } = PLAN.tiles;

/** A device with room for so many tasks, and what it keeps of its frames. */
function intakeWithRoom(tasks: number) {
  const edge = testDevice({ plan: PLAN });
  const frames = testFrames(edge);
  const board = new TaskBoard<EdgeTask, BlockTask>(tasks);
  const book = new ReuseBook(PLAN, null);
  const input = { data: new Uint8Array(0), transmitted: wholeMap(PLAN.maps[0]!) };
  const inputs = { inspect: () => {}, inputOf: async () => input } as unknown as FrameInputs;
  const drain = { state: 'serving', requireServing: () => {} } as unknown as Drain;
  const intake = new FrameIntake({ edge, frames, inputs, board, book, drain });
  const take = (frame: string, attempt = 1) =>
    intake.take({ frame, attempt, generation: 1, digest: 'd', strategy: 'ftp-wst-s' }, new Uint8Array(1));
  return { board, book, frames, take };
}

it('a frame is open here with all of its tiles, or not at all', async () => {
  const { board, book, frames, take } = intakeWithRoom(TILES + 1);
  await take('f-1');
  expect([board.pending, book.has('f-1'), frames.scopes.kept]).toEqual([TILES, true, ['f-1']]);
  await expect(take('f-2')).rejects.toMatchObject({ code: 'DT_OVERLOADED', status: 429 });
  expect([board.pending, book.has('f-2'), frames.scopes.kept]).toEqual([TILES, false, ['f-1']]);
});

it('a later delivery of a frame takes no more room for the tiles that are here', async () => {
  const { board, frames, take } = intakeWithRoom(TILES);
  await take('f-1');
  await take('f-1', 2);
  expect([board.pending, frames.own.get('f-1')?.attempt]).toEqual([TILES, 2]);
});
