import { beforeEach, describe, expect, it } from 'vitest';
import { planGraph } from '../../../server/geometry/choose-cut.js';
import { cutTile } from '../../../server/geometry/reuse/tile-cut.js';
import { offersOfTile, type TileOffers } from '../../../server/geometry/reuse/tile-offer.js';
import { describeModel } from '../../../server/model/model-source.js';
import { ReuseBook } from '../../../server/scheduling/reuse/reuse-book.js';
import { NO_REUSE } from '../../../server/scheduling/reuse/tile-reuse.js';

const network = describeModel({ name: 'face-detector', width: 96, height: 96 });
//  0 1 2
//  3 4 5
//  6 7 8
const plan = planGraph(network.graph, 8, { rows: 3, columns: 3 });
const FRAME = 'a-1';
const E1 = { device: 'e1', address: 'http://127.0.0.1:1' };
const E2 = { device: 'e2', address: 'http://127.0.0.1:2' };

function whole(tile: number): TileOffers {
  return offersOfTile(plan, cutTile(plan, tile));
}

let book: ReuseBook;
beforeEach(() => {
  book = new ReuseBook(plan, { isWorthFetching: () => true });
  book.open(FRAME);
});
const kinds = (asker: string | null) => book.states(FRAME, asker).map(({ kind }) => kind);
const stateOf = (tile: number, asker: string | null) => book.states(FRAME, asker)[tile]!;

describe('what has become of the tiles', () => {
  it('all are queued at first', () => {
    expect(kinds(null)).toEqual(plan.tiles.map(() => 'queued'));
    expect(kinds('e1')).toEqual(plan.tiles.map(() => 'queued'));
  });

  it.each([null, 'e1'])('one that %s computes counts as done for it, and as in flight for others', (device) => {
    book.started(FRAME, 4, device);
    for (const asker of [null, 'e1', 'e2']) {
      const expected = asker === device ? { kind: 'done', offers: whole(4) } : { kind: 'in-flight' };
      expect(stateOf(4, asker)).toEqual(expected);
      expect(kinds(asker).filter((kind) => kind === 'queued')).toHaveLength(8);
    }
  });

  it('what one in flight will offer is told with what it reuses itself', () => {
    book.finished(FRAME, 3, whole(3), E1);
    book.started(FRAME, 4, 'e2');
    const cut = cutTile(plan, 4, book.reuseFor(FRAME, 4, 'e2').offers);
    expect(cut).not.toEqual(cutTile(plan, 4));
    expect(stateOf(4, 'e2')).toEqual({ kind: 'done', offers: offersOfTile(plan, cut) });
  });

  it('one that came back is queued again', () => {
    book.started(FRAME, 4, 'e1');
    book.cameBack(FRAME, 4);
    expect([stateOf(4, 'e1'), stateOf(4, null)]).toEqual([{ kind: 'queued' }, { kind: 'queued' }]);
    book.cameBack(FRAME, 0);
    expect(stateOf(0, null)).toEqual({ kind: 'queued' });
  });

  it('follows the board of its device: what leaves the queue is in flight, what a thief hands back is queued', () => {
    const task = (tile: number) => ({ frame: FRAME, tile, generation: 1, attempt: 1 });
    book.follow({ kind: 'queued', tasks: [task(0), task(4)], pending: 2 });
    book.follow({ kind: 'begun', task: task(0), from: 'queue', pending: 1 });
    book.follow({ kind: 'begun', task: task(1), from: 'shared', pending: 1 });
    book.follow({ kind: 'handed-out', task: task(4), thief: 'e1', pending: 0 });
    expect([0, 1, 4].map((tile) => stateOf(tile, 'e1').kind)).toEqual(['in-flight', 'queued', 'done']);
    book.follow({ kind: 'handed-back', task: task(4), thief: 'e1', pending: 1 });
    expect(stateOf(4, 'e1').kind).toBe('queued');
  });

  it('one that was given to another after all is in flight there', () => {
    book.started(FRAME, 4, 'e1');
    book.started(FRAME, 4, 'e2');
    expect([stateOf(4, 'e1').kind, stateOf(4, 'e2').kind]).toEqual(['in-flight', 'done']);
  });

  it('one that is finished is done for everyone, also when a late copy comes back', () => {
    book.started(FRAME, 4, 'e1');
    book.finished(FRAME, 4, whole(4), E1);
    book.cameBack(FRAME, 4);
    for (const asker of [null, 'e1', 'e2']) expect(stateOf(4, asker)).toEqual({ kind: 'done', offers: whole(4) });
    book.started(FRAME, 4, 'e2');
    expect(stateOf(4, null)).toEqual({ kind: 'done', offers: whole(4) });
  });

  it('opening a frame again forgets nothing', () => {
    book.finished(FRAME, 4, whole(4), null);
    book.open(FRAME);
    expect(stateOf(4, null).kind).toBe('done');
  });

  it('frames are apart', () => {
    book.open('a-2');
    book.finished('a-2', 4, whole(4), null);
    book.started('a-2', 0, null);
    expect(kinds(null)).toEqual(plan.tiles.map(() => 'queued'));
    expect(book.reuseFor(FRAME, 1, null)).toEqual(NO_REUSE);
  });
});

describe('what a tile can count on', () => {
  it('nothing of tiles that are only in flight, or that touch at a corner', () => {
    book.started(FRAME, 1, null);
    expect(book.reuseFor(FRAME, 4, null)).toEqual(NO_REUSE);
    for (const corner of [0, 2, 6, 8]) book.finished(FRAME, corner, whole(corner), E1);
    expect(book.reuseFor(FRAME, 4, null)).toEqual({ offers: {}, holders: {} });
  });

  it('by side of the tile, with who has it unless this device does', () => {
    book.finished(FRAME, 1, whole(1), E1);
    book.finished(FRAME, 7, whole(7), null);
    book.finished(FRAME, 5, whole(5), E2);
    book.finished(FRAME, 3, {}, E2);
    expect(book.reuseFor(FRAME, 4, null)).toEqual({
      offers: { north: whole(1).south, south: whole(7).north, east: whole(5).west },
      holders: { north: E1, east: E2 },
    });
  });

  it('the holder is whoever finished it last', () => {
    book.finished(FRAME, 1, whole(1), E1);
    book.finished(FRAME, 1, whole(1), E2);
    expect(book.reuseFor(FRAME, 4, null).holders).toEqual({ north: E2 });
    book.finished(FRAME, 1, whole(1), null);
    expect(book.reuseFor(FRAME, 4, null)).toEqual({ offers: { north: whole(1).south }, holders: {} });
    book.finished(FRAME, 1, {}, null);
    expect(book.reuseFor(FRAME, 4, null)).toEqual({ offers: {}, holders: {} });
  });
});

describe('sides where a neighbour is still to be computed', () => {
  it('are those that the grid has, without the finished ones', () => {
    expect(book.openSides(FRAME, 4)).toEqual(['north', 'south', 'west', 'east']);
    expect(book.openSides(FRAME, 0)).toEqual(['south', 'east']);
    expect(book.openSides(FRAME, 8)).toEqual(['north', 'west']);
    book.finished(FRAME, 1, {}, E1);
    book.finished(FRAME, 5, whole(5), null);
    book.started(FRAME, 7, 'e1');
    expect(book.openSides(FRAME, 4)).toEqual(['south', 'west']);
    for (const tile of [3, 7]) book.finished(FRAME, tile, {}, null);
    expect(book.openSides(FRAME, 4)).toEqual([]);
  });
});

describe('sides where a neighbour is not handed out yet', () => {
  it('are those where it is neither finished nor under way', () => {
    expect(book.queuedSides(FRAME, 4)).toEqual(['north', 'south', 'west', 'east']);
    book.finished(FRAME, 1, {}, E1);
    book.started(FRAME, 5, null);
    book.started(FRAME, 7, 'e1');
    expect(book.queuedSides(FRAME, 4)).toEqual(['west']);
    book.cameBack(FRAME, 7);
    expect(book.queuedSides(FRAME, 4)).toEqual(['south', 'west']);
  });
});

describe('where devices fetch nothing from each other', () => {
  it('each counts on what it computed itself', () => {
    const own = new ReuseBook(plan, null);
    own.open(FRAME);
    own.finished(FRAME, 1, whole(1), E1);
    own.finished(FRAME, 3, whole(3), null);
    expect(own.reuseFor(FRAME, 4, 'e1')).toEqual({ offers: { north: whole(1).south }, holders: { north: E1 } });
    expect(own.reuseFor(FRAME, 4, null)).toEqual({ offers: { west: whole(3).east }, holders: {} });
    expect(own.reuseFor(FRAME, 4, 'e2')).toEqual({ offers: {}, holders: {} });
    expect(own.states(FRAME, 'e2')[1]).toEqual({ kind: 'done', offers: {} });
    expect(own.states(FRAME, 'e1')[1]).toEqual({ kind: 'done', offers: whole(1) });
  });
});

describe('where strips are not worth fetching', () => {
  it('the order counts on none of others, but who asks is told of all', () => {
    const south = { isWorthFetching: (side: string) => side === 'south' };
    const picky = new ReuseBook(plan, south);
    picky.open(FRAME);
    picky.finished(FRAME, 1, whole(1), E1);
    expect(picky.states(FRAME, 'e2')[1]).toEqual({ kind: 'done', offers: { south: whole(1).south } });
    expect(picky.states(FRAME, null)[1]).toEqual({ kind: 'done', offers: { south: whole(1).south } });
    expect(picky.states(FRAME, 'e1')[1]).toEqual({ kind: 'done', offers: whole(1) });
    expect(picky.reuseFor(FRAME, 0, 'e2').offers).toEqual({ east: whole(1).west });
  });

  it('nor does a tile in flight count on them', () => {
    const none = new ReuseBook(plan, { isWorthFetching: () => false });
    none.open(FRAME);
    none.finished(FRAME, 1, whole(1), E1);
    none.started(FRAME, 4, 'e2');
    expect(none.states(FRAME, 'e2')[4]).toEqual({ kind: 'done', offers: whole(4) });
  });
});

describe('a frame that is closed', () => {
  it('is not known, and nothing that still comes opens it again', () => {
    book.finished(FRAME, 1, whole(1), E1);
    book.close(FRAME);
    book.started(FRAME, 0, 'e1');
    book.finished(FRAME, 3, whole(3), E1);
    book.cameBack(FRAME, 1);
    book.close(FRAME);
    expect(book.has(FRAME)).toBe(false);
    expect(kinds('e1')).toEqual(plan.tiles.map(() => 'queued'));
    expect(book.reuseFor(FRAME, 4, null)).toEqual(NO_REUSE);
    book.open(FRAME);
    expect(kinds(null)).toEqual(plan.tiles.map(() => 'queued'));
    expect(book.reuseFor(FRAME, 4, null)).toEqual(NO_REUSE);
  });
});
