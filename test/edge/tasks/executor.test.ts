import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ComputeResult } from '../../../server/compute/messages.js';
import type { BlockRunner } from '../../../server/edge/gang/block-runner.js';
import type { BlockTask } from '../../../server/edge/gang/block-task.js';
import { type DeviceOverlap, startParts } from '../../../server/edge/tasks/device-overlap.js';
import type { EdgeBoard } from '../../../server/edge/tasks/edge-board.js';
import type { EdgeTask } from '../../../server/edge/tasks/edge-task.js';
import type { EdgeTurns } from '../../../server/edge/tasks/edge-turns.js';
import { Executor } from '../../../server/edge/tasks/executor.js';
import type { OfferKeeper } from '../../../server/edge/tasks/offer-keeper.js';
import type { ResultSender } from '../../../server/edge/tasks/result-sender.js';
import { StripBuffers } from '../../../server/edge/tasks/strip-buffers.js';
import { TileOutputs } from '../../../server/edge/tasks/tile-outputs.js';
import { TilePreparer } from '../../../server/edge/tasks/tile-preparer.js';
import { TileRunner } from '../../../server/edge/tasks/tile-runner.js';
import { planGraph } from '../../../server/geometry/choose-cut.js';
import { wholeMap } from '../../../server/geometry/region.js';
import { describeModel } from '../../../server/model/model-source.js';
import { StripPool } from '../../../server/node/strip-pool.js';
import { ComputeSpeed } from '../../../server/scheduling/device/compute-speed.js';
import { AHEAD_MS, TILES_AHEAD } from '../../../server/scheduling/device/device-pace.js';
import { DeviceTurns } from '../../../server/scheduling/device/device-turns.js';
import { TaskBoard } from '../../../server/scheduling/device/task-board.js';
import { ReuseBook } from '../../../server/scheduling/reuse/reuse-book.js';
import { NO_REUSE } from '../../../server/scheduling/reuse/tile-reuse.js';
import { valuesOf } from '../../../server/tensor/planes.js';
import { testDevice, testFrames } from '../test-device.js';

const network = describeModel({ name: 'face-detector', width: 96, height: 96 });
const plan = planGraph(network.graph, 8, { rows: 3, columns: 3 });

function taskOf(tile: number): EdgeTask {
  return {
    ...{
      kind: 'tile',
      frame: 'a-1',
      tile,
      attempt: 1,
      source: 'e0',
      strategy: 'ftp-wst',
      inputDigest: 'd',
      generation: 1,
    },
    ...{ input: null, reuse: NO_REUSE, inputBytes: 0, controlBytes: 0, transferMs: 0, arrivedMs: 0, victim: null },
  };
}

interface Given {
  readonly tile: number;
  /** Tiles that the thread had when it got this one. */
  readonly before: readonly number[];
  done(): void;
  fail(): void;
}

/** @param medianMs of tiles that were computed before; null: none was. */
function device(medianMs: number | null) {
  const board: EdgeBoard = new TaskBoard(99);
  const given: Given[] = [];
  const sent: number[] = [];
  const speed = new ComputeSpeed();
  if (medianMs !== null) speed.add(1, medianMs);
  const computed = (): ComputeResult<'tile'> => ({
    outputs: [new Float32Array(0)],
    ...{ computeMs: medianMs ?? 1, macs: 1 },
  });
  const compute = {
    runTile: ({ tileId }: { tileId: number }) =>
      new Promise<ComputeResult<'tile'>>((resolve, reject) => {
        const before = [...running];
        running.push(tileId);
        const end = (act: () => void) => () => {
          running.splice(running.indexOf(tileId), 1);
          act();
        };
        const fail = end(() => reject(new Error('broken')));
        given.push({ tile: tileId, before, done: end(() => resolve(computed())), fail });
      }),
  };
  const edge = testDevice({ plan });
  const frames = testFrames(edge);
  const picture = { data: new Uint8Array(valuesOf(plan.maps[0]!)), transmitted: wholeMap(plan.maps[0]!) };
  for (const frame of ['a-1', 'b-1'])
    frames.own.open({ frame, generation: 1, attempt: 1, digest: 'd', openedMs: 0, ...picture });
  const pool = new StripPool(0);
  const overlap = { book: new ReuseBook(plan, null), pool, allSides: false } as unknown as DeviceOverlap;
  const starts = startParts(edge, overlap, frames);
  const turns: EdgeTurns = new DeviceTurns({ board, speed, aheadMs: AHEAD_MS, starts }, (effect) => {
    executor.carryOut(effect);
  });
  const preparer = new TilePreparer(edge, frames.own, new StripBuffers(0));
  const running: number[] = [];
  const sender = {
    send(task: { tile: number }) {
      turns.sends();
      sent.push(task.tile);
      turns.sent(task as EdgeTask);
    },
  } as unknown as ResultSender;
  const blocks = { run: async (task: BlockTask) => sender.send(task, () => new Uint8Array(0)) };
  const keeper = { keep: () => 0 } as unknown as OfferKeeper;
  const outputs = new TileOutputs({ edge, keeper, sender, namesStrips: false });
  const tileRunner = new TileRunner({ edge, board, compute, outputs, turns, preparer });
  const executor = new Executor({
    ...{ board, turns, preparer, tiles: tileRunner, blocks: blocks as unknown as BlockRunner },
  });
  const tiles = () => given.map(({ tile }) => tile);
  const start = (count: number) => {
    board.enqueue(plan.tiles.slice(0, count).map(({ tileId }) => taskOf(tileId)));
    executor.start();
  };
  return { board, given, sent, turns, executor, tiles, start };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await nextTurn();
}

describe('the compute thread', () => {
  it('gets a few small tiles ahead, each made ready with those before it, and the next when one is done', async () => {
    const { given, sent, start, tiles } = device(0.2);
    start(9);
    await settled();
    expect(tiles()).toEqual([0, 1, 2, 3].slice(0, TILES_AHEAD + 1));
    expect(given.map(({ before }) => before)).toEqual([[], [0], [0, 1], [0, 1, 2]]);
    given[0]!.done();
    await settled();
    expect(tiles()).toEqual([0, 1, 2, 3, 4]);
    expect(given[4]!.before).toEqual([1, 2, 3]);
    for (let next = 1; next < given.length; next++) {
      given[next]!.done();
      await settled();
    }
    expect(sent).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it.each([
    ['large ones', 60_000],
    ['ones of which nobody knows how long they take', null],
  ])('gets one at a time of %s', async (_what, medianMs) => {
    const { given, start, tiles, executor } = device(medianMs);
    start(2);
    await settled();
    expect(tiles()).toEqual([0]);
    given[0]!.done();
    await settled();
    expect(tiles()).toEqual([0, 1]);
    executor.stop();
  });

  it('gets the next one a moment before a large one usually ends', async () => {
    const { start, tiles } = device(40);
    start(3);
    await settled();
    expect(tiles()).toEqual([0]);
    await expect.poll(tiles, { timeout: 5_000, interval: 2 }).toEqual([0, 1]);
  });

  it('gets a tile that comes while others are computed, and goes on after one that failed', async () => {
    const { board, given, sent, start, tiles, turns } = device(0.2);
    start(1);
    await settled();
    expect(tiles()).toEqual([0]);
    board.addStolen(taskOf(5));
    await settled();
    expect(tiles()).toEqual([0, 5]);
    given[0]!.fail();
    given[1]!.done();
    await settled();
    expect([sent, board.isIdle, turns.isBusy]).toEqual([[5], true, false]);
    board.addStolen(taskOf(7));
    await settled();
    expect(given[2]).toMatchObject({ tile: 7, before: [] });
  });

  it('gets nothing more once the device stops', async () => {
    const { board, given, sent, start, tiles, executor } = device(60_000);
    start(3);
    await settled();
    executor.stop();
    given[0]!.done();
    await settled();
    expect([tiles(), sent, board.pending]).toEqual([[0], [0], 2]);
  });

  it('has no tile while it computes a block', async () => {
    const { board, given, sent, start } = device(0.2);
    start(2);
    await settled();
    board.share({
      kind: 'block',
      frame: 'b-1',
      tile: 8,
      generation: 1,
      attempt: 1,
      arrivedMs: 0,
    } as never);
    await settled();
    expect(sent).toEqual([]);
    for (const { done } of given) done();
    await settled();
    expect(sent).toEqual([0, 1, 8]);
  });
});
