import { beforeEach, describe, expect, it, vi } from 'vitest';
import { keptStrips, roomForStrips } from '../../../server/compute/kept-strips.js';
import type { DeviceOverlap } from '../../../server/edge/tasks/device-overlap.js';
import type { EdgeBoard } from '../../../server/edge/tasks/edge-board.js';
import type { EdgeTask } from '../../../server/edge/tasks/edge-task.js';
import { OfferKeeper } from '../../../server/edge/tasks/offer-keeper.js';
import { planGraph } from '../../../server/geometry/choose-cut.js';
import { SIDES, type Side } from '../../../server/geometry/reuse/neighbours.js';
import { cutTile } from '../../../server/geometry/reuse/tile-cut.js';
import { offersOfTile } from '../../../server/geometry/reuse/tile-offer.js';
import { describeModel } from '../../../server/model/model-source.js';
import type { CallRule } from '../../../server/node/contract/calls.js';
import type { PeerClient } from '../../../server/node/peers/peer-client.js';
import { StripPool } from '../../../server/node/strip-pool.js';
import { decodeOfferedStrips, decodeOfferNotice } from '../../../server/node/wire/overlap-body.js';
import { TaskBoard } from '../../../server/scheduling/device/task-board.js';
import { ReuseBook } from '../../../server/scheduling/reuse/reuse-book.js';
import { NO_REUSE } from '../../../server/scheduling/reuse/tile-reuse.js';
import { testDevice } from '../test-device.js';

const network = describeModel({ name: 'face-detector', width: 96, height: 96 });
//  0 1 2
//  3 4 5
//  6 7 8
const plan = planGraph(network.graph, 8, { rows: 3, columns: 3 });
const FRAME = 'a-1';
const SOURCE = { device: 'e9', address: 'http://e9' };
const offers = offersOfTile(plan, cutTile(plan, 4));
const cut = cutTile(plan, 4);
const kept = keptStrips(plan, cut, roomForStrips(plan, cut, SIDES));
const TILE = { frame: FRAME, cut, keepFor: SIDES, kept };

/** What was put, to whom, in order. */
let puts: { to: string; bytes: Uint8Array }[];
let board: EdgeBoard;
let book: ReuseBook;
let pool: StripPool;
beforeEach(() => {
  puts = [];
  board = new TaskBoard(9);
  book = new ReuseBook(plan, { isWorthFetching: () => true });
  pool = new StripPool(1e9);
});

function node(address: string, answer: () => Promise<unknown>): PeerClient {
  const call = async ({ operation }: CallRule, { body }: { body: { bytes: Uint8Array } }) => {
    expect(operation).toBe('putOverlap');
    puts.push({ to: address, bytes: body.bytes });
    return answer();
  };
  return { baseUrl: address, call } as unknown as PeerClient;
}

/** @param answer of the source. */
function keeper(viaGateway: boolean, answer: () => Promise<unknown> = async () => ({ json: { sides: ['south'] } })) {
  const edge = testDevice({
    plan,
    gateway: node('http://gateway', async () => ({ json: undefined })),
    clientOf: () => node(SOURCE.address, answer),
  });
  const holder = viaGateway ? { device: 'gateway', address: 'http://gateway' } : edge.self;
  return new OfferKeeper({ edge, board, overlap: { book, pool, holder } as DeviceOverlap });
}

function task(tile: number, facts: Partial<EdgeTask> = {}): EdgeTask {
  const key = {
    kind: 'tile' as const,
    frame: FRAME,
    tile,
    attempt: 1,
    source: 'e9',
    strategy: 'ftp-wst-s' as const,
    inputDigest: 'd',
    generation: 1,
  };
  const way = { inputBytes: 0, controlBytes: 0, transferMs: 0, arrivedMs: 0 };
  return { ...key, ...way, input: null, reuse: NO_REUSE, victim: SOURCE, ...facts };
}

const keptSides = () => Object.keys(pool.offersOf(FRAME, 4) ?? {}).sort();
const settled = (sides: readonly Side[]) => vi.waitFor(() => expect(keptSides()).toEqual([...sides].sort()));

describe('what a thief keeps of a tile', () => {
  it('is what the source says can be used, after it was told', async () => {
    const bytes = keeper(false).keep(task(4), TILE);
    expect(keptSides()).toHaveLength(4);
    await settled(['south']);
    expect(puts.map(({ to }) => to)).toEqual([SOURCE.address]);
    expect(decodeOfferNotice(plan, 4, puts[0]!.bytes)).toEqual({ device: 'e0', address: 'http://e0', offers });
    expect(bytes).toBe(puts[0]!.bytes.byteLength);
  });

  it('is also what its own tasks can use', async () => {
    board.addStolen(task(1));
    board.enqueue([task(5)]);
    board.addStolen(task(3, { frame: 'a-2' }));
    keeper(false).keep(task(4), TILE);
    await settled(['south', 'north', 'east']);
  });

  it('is all of it when the source does not answer', async () => {
    const answer = vi.fn(async () => Promise.reject(new Error('ECONNREFUSED')));
    keeper(true, answer).keep(task(4), TILE);
    await vi.waitFor(() => expect(answer).toHaveBeenCalled());
    await new Promise(setImmediate);
    expect([keptSides().length, puts.length]).toEqual([4, 1]);
  });

  it('goes to the gateway, as far as others can use it', async () => {
    board.addStolen(task(1));
    keeper(true).keep(task(4), TILE);
    await vi.waitFor(() => expect(puts).toHaveLength(2));
    expect(puts.map(({ to }) => to)).toEqual([SOURCE.address, 'http://gateway']);
    expect(decodeOfferNotice(plan, 4, puts[0]!.bytes)).toMatchObject({ device: 'gateway', address: 'http://gateway' });
    const uploaded = decodeOfferedStrips(plan, 4, puts[1]!.bytes);
    expect(uploaded).toMatchObject({ device: 'e0', offers: { south: offers.south } });
    expect(Object.keys(uploaded.offers)).toEqual(['south']);
    await settled(['south', 'north']);
  });

  it('is told to nobody when it was pushed here', () => {
    expect(keeper(true).keep(task(4, { victim: null }), TILE)).toBe(0);
    expect([puts, keptSides().length]).toEqual([[], 4]);
  });
});

describe('what a source keeps of its own tile', () => {
  const own = (tile: number) => task(tile, { source: 'e0', victim: null });
  beforeEach(() => {
    book.open(FRAME);
    book.started(FRAME, 1, 'e1');
    book.finished(FRAME, 3, {}, { device: 'e1', address: 'http://e1' });
    book.started(FRAME, 4, null);
  });

  it('is what tiles that are not handed out can use', () => {
    keeper(false).keep(own(4), TILE);
    expect([keptSides(), puts]).toEqual([['east', 'south'], []]);
    expect(book.reuseFor(FRAME, 7, 'e1').offers).toEqual({ north: offers.south });
  });

  it('goes to the gateway just so', async () => {
    keeper(true).keep(own(4), TILE);
    await vi.waitFor(() => expect(puts).toHaveLength(1));
    expect(Object.keys(decodeOfferedStrips(plan, 4, puts[0]!.bytes).offers).sort()).toEqual(['east', 'south']);
  });

  it('is nothing once its frame has ended', () => {
    book.close(FRAME);
    keeper(true).keep(own(4), TILE);
    expect([pool.frames, puts]).toEqual([[], []]);
  });
});
