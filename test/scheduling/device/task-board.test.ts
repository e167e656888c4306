import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { BlockTask } from '../../../server/edge/gang/block-task.js';
import type { EdgeBoard } from '../../../server/edge/tasks/edge-board.js';
import type { EdgeTask } from '../../../server/edge/tasks/edge-task.js';
import { TaskBoard } from '../../../server/scheduling/device/task-board.js';
import { NO_REUSE } from '../../../server/scheduling/reuse/tile-reuse.js';

function task(frame: string, tile: number, attempt = 1): EdgeTask {
  const carried = {
    input: null,
    reuse: NO_REUSE,
    inputBytes: 0,
    controlBytes: 0,
    transferMs: 0,
    arrivedMs: 0,
    victim: null,
  };
  return {
    kind: 'tile',
    frame,
    tile,
    attempt,
    source: 'e0',
    strategy: 'ftp-wst-s',
    inputDigest: 'ab',
    generation: 1,
    ...carried,
  };
}

const tiles = (frame: string, count: number) => Array.from({ length: count }, (_, tile) => task(frame, tile));

let board: EdgeBoard;
beforeEach(() => {
  board = new TaskBoard<EdgeTask, BlockTask>(6);
});

describe('a task board', () => {
  it('takes all the tasks of a frame or none', () => {
    expect(board.enqueue(tiles('f', 4))).toBe(true);
    expect(board.enqueue(tiles('g', 3))).toBe(false);
    expect(board.pending).toBe(4);
    expect(board.has(task('g', 0))).toBe(false);
    expect(board.enqueue(tiles('h', 2))).toBe(true);
  });

  it('gives the device what was stolen ahead before what is queued', () => {
    board.enqueue(tiles('f', 1));
    board.addStolen(task('g', 3));
    expect(board.takeNext()).toMatchObject({ frame: 'g' });
    expect(board.takeNext()).toMatchObject({ frame: 'f' });
    expect(board.takeNext()).toBeNull();
  });

  it('has the blocks of one gang, the last that it was given', () => {
    const block = (frame: string, attempt: number) =>
      ({ ...task(frame, 1, attempt), kind: 'block' }) as unknown as BlockTask;
    board.share(task('t', 0));
    board.share(block('f', 1));
    board.share(block('f', 2));
    expect([board.has(block('f', 1)), board.has(block('f', 2))]).toEqual([false, true]);
    board.share(block('g', 1));
    expect([board.has(block('f', 2)), board.has(block('g', 1)), board.has(task('t', 0))]).toEqual([false, true, true]);
  });

  it('gives a block back when it is closed, and takes it up again when it is opened before that was heard, unless it had begun', () => {
    const block = (frame: string) => ({ ...task(frame, 1), kind: 'block' }) as unknown as BlockTask;
    board.share(block('f'));
    const begun = board.takeNext() as BlockTask;
    const waiting = block('g');
    board.share(waiting);
    board.enqueue([task('t', 0), task('t', 1)]);
    board.close();
    board.giveBack([begun]);
    board.finished(begun);
    expect(board.returned).toEqual([task('t', 0), task('t', 1), waiting, begun]);
    board.open();
    expect([board.returned, board.pending]).toEqual([[begun], 2]);
    expect(board.takeNext()).toBe(waiting);
    board.reported([], board.returned);
    expect(board.returned).toEqual([]);
  });

  it('drops blocks of an attempt that is past, and no tiles by their attempt', () => {
    const block = { ...task('f', 1, 2), kind: 'block' } as unknown as BlockTask;
    board.share(block);
    board.enqueue([task('f', 0, 1)]);
    board.dropBefore('f', 1, 2);
    expect(board.size).toBe(2);
    board.dropBefore('f', 1, 3);
    expect([board.has(block), board.has(task('f', 0))]).toEqual([false, true]);
    board.share(block);
    board.dropBefore('f', 2);
    expect(board.isIdle).toBe(true);
  });

  it('knows every tile wherever it is, by frame and tile', () => {
    board.enqueue(tiles('f', 2));
    board.addStolen(task('g', 0));
    const running = board.takeNext()!;
    expect(running.frame).toBe('g');
    expect(board.has(task('g', 0, 5))).toBe(true);
    expect(board.has(task('f', 1))).toBe(true);
    expect(board.has(task('f', 2))).toBe(false);
    board.finished(running);
    expect(board.has(task('g', 0))).toBe(false);
  });

  // Found by the ledger's simulation: handed back to its victim, the first attempt took the second with it.
  it('queues a later attempt of what was stolen and is not begun, in its place', () => {
    board.addStolen(task('f', 3, 1));
    expect(board.has(task('f', 3, 1))).toBe(true);
    expect(board.has(task('f', 3, 2))).toBe(false);
    board.enqueue([task('f', 3, 2)]);
    expect(board.listed()).toEqual([{ frame: 'f', tile: 3, generation: 1, attempt: 2, state: 'queued' }]);
    expect(board.takeStolen()).toEqual([]);
    board.takeNext();
    expect(board.has(task('f', 3, 3))).toBe(true);
  });

  it('lists what it has, with where it is, for the registration', () => {
    board.enqueue(tiles('f', 2));
    board.addStolen(task('g', 0));
    board.takeNext();
    board.addStolen(task('g', 1, 2));
    expect(board.listed()).toEqual([
      { frame: 'g', tile: 0, generation: 1, attempt: 1, state: 'running' },
      { frame: 'g', tile: 1, generation: 1, attempt: 2, state: 'waiting' },
      { frame: 'f', tile: 0, generation: 1, attempt: 1, state: 'queued' },
      { frame: 'f', tile: 1, generation: 1, attempt: 1, state: 'queued' },
    ]);
  });

  it('tells its listeners what changed, and nothing where nothing did', () => {
    const listener = vi.fn();
    board.onChange(listener);
    const told = (act: () => void) => {
      listener.mockClear();
      act();
      return listener.mock.calls.map(([change]) => change);
    };
    const [f0, f1, f2] = tiles('f', 3) as [EdgeTask, EdgeTask, EdgeTask];
    const g0 = task('g', 0);
    expect(told(() => board.handOut('e1', 1))).toEqual([]);
    expect(told(() => board.takeNext())).toEqual([]);
    expect(told(() => board.takeStolen())).toEqual([]);
    expect(told(() => board.enqueue([f0, f1, f2]))).toEqual([{ kind: 'queued', tasks: [f0, f1, f2], pending: 3 }]);
    expect(told(() => board.enqueue(tiles('g', 9)))).toEqual([]);
    expect(told(() => board.handOut('e1', 2))).toEqual([{ kind: 'handed-out', task: f0, thief: 'e1', pending: 2 }]);
    expect(told(() => board.handOut('e1', 2))).toEqual([]);
    expect(told(() => board.takeBack('e1', f0))).toEqual([{ kind: 'handed-back', task: f0, thief: 'e1', pending: 3 }]);
    expect(told(() => board.takeNext())).toEqual([{ kind: 'begun', task: f0, from: 'queue', pending: 2 }]);
    expect(told(() => board.finished(f0))).toEqual([{ kind: 'finished', task: f0, pending: 2 }]);
    expect(told(() => board.addStolen(g0))).toEqual([{ kind: 'stolen', task: g0, pending: 2 }]);
    expect(told(() => board.takeStolen())).toEqual([{ kind: 'taken-out', tasks: [g0], pending: 2 }]);
    expect(told(() => board.share(g0))).toEqual([{ kind: 'shared', task: g0, pending: 2 }]);
    expect(told(() => board.takeNext())).toEqual([{ kind: 'begun', task: g0, from: 'shared', pending: 2 }]);
    board.handOut('e1', 3);
    expect(told(() => board.close())).toEqual([{ kind: 'returned', tasks: [f2], pending: 0 }]);
    expect(told(() => board.takeBack('e1', f1))).toEqual([
      { kind: 'handed-back', task: f1, thief: 'e1', pending: 0 },
      { kind: 'returned', tasks: [f1], pending: 0 },
    ]);
    expect(told(() => board.open())).toEqual([{ kind: 'opened', pending: 2 }]);
    expect(told(() => board.dropFrame('f'))).toEqual([{ kind: 'dropped', frame: 'f', pending: 0 }]);
  });
});

describe('a thief', () => {
  it('gets the next task of the queue for each number, and the same one for the same number', () => {
    board.enqueue(tiles('f', 3));
    expect(board.handOut('e1', 1)).toMatchObject({ tile: 0 });
    expect(board.handOut('e1', 1)).toMatchObject({ tile: 0 });
    expect(board.handOut('e2', 1)).toMatchObject({ tile: 1 });
    expect(board.handOut('e1', 2)).toMatchObject({ tile: 2 });
    expect(board.handOut('e1', 3)).toBeNull();
    expect(board.given).toBe(3);
  });

  it('gets nothing for a number that was overtaken, but does when its clock was set back before it started again', () => {
    const now = Date.UTC(2026);
    board.enqueue(tiles('f', 4));
    expect(board.handOut('e1', now)).toMatchObject({ tile: 0 });
    expect(board.handOut('e1', now - 1)).toBeNull();
    expect(board.handOut('e1', 60_000)).toMatchObject({ tile: 1 });
    expect(board.handOut('e1', 60_001)).toMatchObject({ tile: 2 });
  });

  it('that found nothing may ask with the same number again', () => {
    expect(board.handOut('e1', 1)).toBeNull();
    board.enqueue(tiles('f', 1));
    expect(board.handOut('e1', 1)).toMatchObject({ tile: 0 });
  });

  it('never gets what the device stole itself', () => {
    board.addStolen(task('g', 0));
    expect(board.handOut('e1', 1)).toBeNull();
    expect(board.takeStolen()).toEqual([task('g', 0)]);
    expect(board.stolen).toBe(0);
  });

  it('is named to the gateway until that knows of it', () => {
    board.enqueue(tiles('f', 3));
    board.handOut('e1', 1);
    board.handOut('e2', 1);
    const known = [...board.handedOut];
    expect(known).toEqual([
      { frame: 'f', tile: 0, generation: 1, attempt: 1, thief: 'e1' },
      { frame: 'f', tile: 1, generation: 1, attempt: 1, thief: 'e2' },
    ]);
    board.handOut('e1', 2);
    board.reported(known, []);
    expect(board.handedOut).toEqual([{ frame: 'f', tile: 2, generation: 1, attempt: 1, thief: 'e1' }]);
  });

  it('hands back what it has, and nothing else: it is the next to go, and was never given', () => {
    board.enqueue(tiles('f', 3));
    board.handOut('e1', 1);
    expect(board.takeBack('e2', task('f', 0))).toBe(false);
    expect(board.takeBack('e1', task('f', 1))).toBe(false);
    expect(board.takeBack('e1', task('f', 0, 2))).toBe(false);
    expect(board.takeBack('e1', task('f', 0))).toBe(true);
    expect(board.takeBack('e1', task('f', 0))).toBe(false);
    expect(board.handedOut).toEqual([]);
    expect(board.handOut('e1', 1)).toMatchObject({ tile: 0 });
  });

  it('hands back each of several, in any order', () => {
    board.enqueue(tiles('f', 3));
    board.handOut('e1', 1);
    board.handOut('e1', 2);
    expect(board.takeBack('e1', task('f', 0))).toBe(true);
    expect(board.takeBack('e1', task('f', 1))).toBe(true);
    expect(board.takeBack('e1', task('f', 1))).toBe(false);
    expect([board.pending, board.handedOut]).toEqual([3, []]);
  });

  it('hands back into a queue that has filled up meanwhile: nothing is lost', () => {
    board.enqueue(tiles('f', 6));
    board.handOut('e1', 1);
    board.enqueue(tiles('g', 1));
    expect(board.takeBack('e1', task('f', 0))).toBe(true);
    expect(board.pending).toBe(7);
    expect(board.enqueue(tiles('h', 1))).toBe(false);
  });
});

describe('a frame that began anew', () => {
  it('has its earlier attempts dropped, but for what is being computed, which stands in no way', () => {
    board.enqueue([task('f', 0), task('f', 1), task('f', 2), task('g', 0)]);
    const computing = board.takeNext()!;
    board.handOut('e1', 1);
    board.addStolen(task('f', 3));
    board.giveBack([task('f', 4)]);
    board.dropBefore('f', 2);
    expect(board.listed().map(({ frame, tile }) => `${frame}/${tile}`)).toEqual(['f/0', 'g/0']);
    expect(board.returned).toEqual([]);
    expect(board.takeBack('e1', task('f', 1))).toBe(false);
    const again = { ...task('f', 0, 5), generation: 2 };
    expect([board.has(task('f', 0, 5)), board.has(again)]).toEqual([true, false]);
    board.enqueue([again]);
    expect(board.has({ ...again, attempt: 6 })).toBe(true);
    board.dropBefore('f', 2);
    expect(board.takeNext()).toMatchObject({ frame: 'g' });
    expect(board.takeNext()).toMatchObject({ frame: 'f', attempt: 5 });
    board.finished(computing);
    expect(board.listed()).toHaveLength(2);
  });
});

describe('a frame that has ended', () => {
  it('leaves the queue, what was stolen of it and what thieves could ask for again', () => {
    board.enqueue([...tiles('f', 2), task('g', 0)]);
    board.addStolen(task('f', 5));
    board.addStolen(task('h', 0));
    board.handOut('e1', 1);
    board.dropFrame('f');
    expect(board.listed().map(({ frame }) => frame)).toEqual(['h', 'g']);
    expect(board.takeBack('e1', task('f', 0))).toBe(false);
    expect(board.handOut('e1', 1)).toMatchObject({ frame: 'g' });
  });

  it('is computed to the end where that has begun', () => {
    board.enqueue(tiles('f', 1));
    const running = board.takeNext()!;
    board.dropFrame('f');
    expect(board.has(running)).toBe(true);
    board.finished(running);
    expect(board.listed()).toEqual([]);
  });
});
