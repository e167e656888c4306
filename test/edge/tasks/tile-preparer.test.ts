import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DigestError, TENSOR_TYPE } from '../../../client/body-digest.js';
import type { DeepThingsClient } from '../../../client/client.js';
import { ProblemError } from '../../../client/problem-error.js';
import { loadTileExecutor, type TileExecutor } from '../../../server/compute/tile-executor.js';
import type { EdgeDevice } from '../../../server/edge/device/edge-device.js';
import type { DeviceFrames } from '../../../server/edge/frames/device-frames.js';
import { type DeviceOverlap, startParts } from '../../../server/edge/tasks/device-overlap.js';
import type { EdgeTask } from '../../../server/edge/tasks/edge-task.js';
import { StripBuffers } from '../../../server/edge/tasks/strip-buffers.js';
import { type RunningTile, TilePreparer } from '../../../server/edge/tasks/tile-preparer.js';
import { createEngine } from '../../../server/engine/engines.js';
import { relativeDifference, TOLERANCE } from '../../../server/evaluation/measure/map-difference.js';
import { wholeTile } from '../../../server/evaluation/measure/untiled.js';
import { planGraph } from '../../../server/geometry/choose-cut.js';
import { isEmptyRegion, type MapRegion, wholeMap } from '../../../server/geometry/region.js';
import { cutTile } from '../../../server/geometry/reuse/tile-cut.js';
import { type OffersToTile, offersOfTile } from '../../../server/geometry/reuse/tile-offer.js';
import { describeModel } from '../../../server/model/model-source.js';
import { seededRandom } from '../../../server/model/seeded-random.js';
import { createMetrics } from '../../../server/node/observe/metrics.js';
import { RepeatGate } from '../../../server/node/observe/repeat-gate.js';
import { PeerCircuits } from '../../../server/node/peers/peer-circuits.js';
import { peerClient } from '../../../server/node/peers/peer-client.js';
import { type PooledStrip, StripPool } from '../../../server/node/strip-pool.js';
import { cutInputBody } from '../../../server/node/wire/input-body.js';
import { formatMapRegion } from '../../../server/node/wire/map-blocks.js';
import { encodeStrips, parseMapRegions } from '../../../server/node/wire/overlap-body.js';
import type { InputPart } from '../../../server/node/wire/task-body.js';
import { ComputeSpeed } from '../../../server/scheduling/device/compute-speed.js';
import { TILES_AHEAD } from '../../../server/scheduling/device/device-pace.js';
import { TileStarts } from '../../../server/scheduling/device/tile-starts.js';
import { FetchPolicy } from '../../../server/scheduling/reuse/fetch-policy.js';
import { ReuseBook } from '../../../server/scheduling/reuse/reuse-book.js';
import { NO_REUSE, type Reuse } from '../../../server/scheduling/reuse/tile-reuse.js';
import type { MapType } from '../../../server/tensor/map-tensor.js';
import { cropRegion, placeRegion, regionShape, valuesOf } from '../../../server/tensor/planes.js';
import { encodeSafetensors, type Tensor } from '../../../server/tensor/safetensors.js';
import { normaliserOf, weightedGraph } from '../../compute/arbitrary-networks.js';
import { silent } from '../../support/test-cluster.js';
import { testDevice, testFrames } from '../test-device.js';

const FRAME = 'zz-1';
const AMPLE = 1e9;
const DEPTH = 8;
const network = describeModel({ name: 'face-detector', width: 96, height: 96 });
const graph = weightedGraph(network, 3);
const plan = planGraph(graph, DEPTH, { rows: 3, columns: 3 });
const wholePlan = planGraph(graph, DEPTH, { rows: 1, columns: 1 });
const map = plan.maps[0]!;
const shape = plan.maps[plan.outputs[0]!]!;
const shareOf = (tile: number) => plan.tiles[tile]!.shares[0]!;
const noise = seededRandom(7);
const picture = Uint8Array.from({ length: valuesOf(map) }, () => Math.floor(noise() * 256));
const OWN = { device: 'e0', address: 'http://e0' };

let executor: TileExecutor;
let untiled: Float32Array;
beforeAll(async () => {
  const engine = await createEngine('onnxruntime', { threads: 1 });
  executor = await loadTileExecutor(engine, plan, normaliserOf(network));
  const whole = await loadTileExecutor(engine, wholePlan, normaliserOf(network));
  untiled = (await whole.run(wholeTile(picture))).outputs[0]!;
  await whole.release();
});
afterAll(() => executor?.release());

const ANSWERS = ['all', 'some', 'none', 'misshapen', 'mistyped', 'nonsense', 'problem', 'refused', 'late'] as const;
type AnswerKind = (typeof ANSWERS)[number];
/** Answers after which a holder is suspended. */
const SILENT: readonly AnswerKind[] = ['refused', 'late'];

const nobody = { call: () => Promise.reject(new Error('nobody is there')) };

function problem(status: number): ProblemError {
  return new ProblemError({ type: 'about:blank', title: 'No', status, code: 'DT_NO', detail: 'no' });
}

/** Another device: keeps what it was given, and answers for it as it is told to. */
class Holder {
  readonly pool = new StripPool(AMPLE);
  asked = 0;
  maps: MapType = 'f32';
  constructor(
    readonly address: string,
    readonly answer: () => AnswerKind,
    readonly random: () => number,
  ) {}

  async call(
    operation: string,
    { path, query }: { path: { frame: string; tile: number }; query: { regions: string } },
  ) {
    expect(operation).toBe('getOverlap');
    this.asked++;
    const answer = this.answer();
    if (answer === 'refused') throw new Error('ECONNREFUSED');
    if (answer === 'late') throw new DOMException('too late', 'TimeoutError');
    if (answer === 'problem') throw problem(503);
    if (answer === 'nonsense') return { bytes: Uint8Array.of(1, 2, 3) };
    const wanted = parseMapRegions(query.regions);
    const gone = (): boolean => answer === 'none' || (answer === 'some' && this.random() < 0.5);
    const there = wanted.flatMap((entry) => {
      const strip = gone() ? null : this.pool.find(plan, path.frame, path.tile, entry);
      if (strip === null) return [];
      const { channels } = plan.maps[entry.map]!;
      return [{ ...entry, data: cropRegion(strip.data, channels, strip.region, entry.region) }];
    });
    const oddOf = (entry: MapRegion): Tensor => {
      if (answer === 'misshapen') return { type: 'F32', shape: [2], data: new Float32Array(2) };
      const { channels, height, width } = regionShape(plan.maps[entry.map]!.channels, entry.region);
      return { type: 'U8', shape: [channels, height, width], data: new Uint8Array(channels * height * width) };
    };
    if (answer === 'misshapen' || answer === 'mistyped') {
      const odd = Object.fromEntries(wanted.map((entry) => [formatMapRegion(entry), oddOf(entry)]));
      return { bytes: encodeSafetensors(odd, {}) };
    }
    return { bytes: encodeStrips(plan, there, [], this.maps) };
  }
}

interface WorldOptions {
  readonly seed?: number;
  readonly own?: boolean;
  readonly reuse?: boolean;
  readonly answer?: (random: () => number) => AnswerKind;
  readonly gateway?: () => unknown;
  readonly policy?: 'always' | 'cost' | 'never';
  readonly allSides?: boolean;
}

/** One device under test, its cluster around it, and one frame. */
function world(options: WorldOptions = {}) {
  const { seed = 1, own = false, reuse = true, answer = () => 'all', gateway } = options;
  const { policy = 'always', allSides = false } = options;
  const random = seededRandom(seed, 5);
  const holders = ['e1', 'e2', 'e3'].map((id) => new Holder(`http://${id}`, () => answer(random), random));
  const asked = { gateway: 0 };
  const gatewayCall = async (operation: string, { query }: { query: { region: string } }) => {
    expect(operation).toBe('getFrameInput');
    asked.gateway++;
    if (gateway !== undefined) return gateway();
    return { bytes: cutInputBody(map, { frame: FRAME, digest: 'd', data: picture }, query.region) };
  };
  const sourceBook = new ReuseBook(plan, { isWorthFetching: () => true });
  sourceBook.open(FRAME);
  const pool = new StripPool(AMPLE);
  const speed = new ComputeSpeed();
  const metrics = createMetrics({ role: 'edge', node: 'e0' });
  const nowMs = () => performance.now();
  const circuits = new PeerCircuits({ nowMs, random: () => 0.5, onChange: () => undefined });
  const clientOf = (baseUrl: string, ask: (operation: never, options: never) => Promise<unknown>) => {
    const call = async (operation: never, options: never) => {
      return { status: 200, mediaType: TENSOR_TYPE, ...((await ask(operation, options)) as object) };
    };
    const plain = { baseUrl, call } as unknown as DeepThingsClient;
    const repeats = new RepeatGate(AMPLE);
    return peerClient(plain, { circuits, nowMs, random: () => 0, metrics, repeats, log: silent });
  };
  const holderAt = (address: string) => holders.find((one) => one.address === address);
  const edge: EdgeDevice = {
    ...testDevice({
      plan,
      gateway: clientOf('', gatewayCall),
      clientOf: (address) => clientOf(address, holderAt(address)?.call.bind(holderAt(address)!) ?? nobody.call),
    }),
    metrics,
  };
  const { links } = edge.remote;
  const frames = testFrames(edge);
  const { own: ownFrames, scopes } = frames;
  const transmitted = wholeMap(map);
  if (own)
    ownFrames.open({ frame: FRAME, generation: 1, attempt: 1, data: picture, transmitted, digest: 'd', openedMs: 0 });
  const overlap: DeviceOverlap = {
    book: own ? sourceBook : new ReuseBook(plan, { isWorthFetching: () => true }),
    pool,
    buffers: new StripBuffers(1e6),
    policy: new FetchPolicy({ plan, policy, links, speed, bytesPerValue: 4 }),
    allSides,
    holder: edge.self,
  };
  const preparer = startingTiles(edge, overlap, frames);
  /** What the source names when it hands a tile out: everything has a holder. */
  const named = (tile: number): Reuse => {
    const { offers, holders: others } = sourceBook.reuseFor(FRAME, tile, 'e0');
    const all = Object.fromEntries(Object.keys(offers).map((side) => [side, others[side as 'north'] ?? OWN]));
    return { offers, holders: all };
  };
  const taskOf = (tile: number, given: Reuse = named(tile)): EdgeTask => {
    const { input } = cutTile(plan, tile, given.offers);
    const data = isEmptyRegion(input) ? new Uint8Array(0) : cropRegion(picture, map.channels, wholeMap(map), input);
    const travelled = own ? { input: null, reuse: NO_REUSE } : { input: { region: input, data }, reuse: given };
    const strategy = reuse ? 'ftp-wst-s' : 'ftp-wst';
    const facts = {
      frame: FRAME,
      tile,
      attempt: 1,
      source: own ? 'e0' : 'e9',
      inputDigest: 'd',
      generation: 1,
      victim: null,
    };
    return {
      kind: 'tile',
      ...facts,
      strategy,
      ...travelled,
      inputBytes: 0,
      controlBytes: 0,
      transferMs: 0,
      arrivedMs: 0,
    };
  };
  /** Prepares and runs a tile; what it keeps goes to a holder, or to this device. */
  const run = async (tile: number, holder: Holder | null, merged?: Float32Array) => {
    const ready = readyOf(await preparer.prepare(taskOf(tile)));
    const { outputs, macs } = await executor.run(ready.job);
    const offers = offersOfTile(plan, ready.cut, ready.keepFor);
    (holder?.pool ?? pool).add(FRAME, tile, offers, ready.kept);
    const at = holder && { device: holder.address.slice(-2), address: holder.address };
    sourceBook.finished(FRAME, tile, offers, at);
    if (merged) placeRegion(merged, shape.channels, wholeMap(shape), outputs[0]!, shareOf(tile));
    return { ...ready, macs };
  };
  return { random, holders, asked, pool, preparer, scopes, taskOf, run, ownFrames, links, speed, sourceBook };
}

type Preparation =
  | ({ readonly kind: 'ready'; readonly overlapBytes: number } & RunningTile)
  | { readonly kind: 'ended' | 'no-input' };

/** Gets tiles ready as a device does, one at a time. */
function startingTiles(edge: EdgeDevice, overlap: DeviceOverlap, frames: DeviceFrames) {
  const preparer = new TilePreparer(edge, frames.own, overlap.buffers);
  let end: (preparation: Preparation) => void = () => {};
  const starts = new TileStarts<EdgeTask, PooledStrip, InputPart>(startParts(edge, overlap, frames), (effect) => {
    switch (effect.kind) {
      case 'fetch-strips': {
        const { task, wanted } = effect;
        void preparer.fetchStrips(task, wanted).then((strips) => starts.stripsCame(task, strips, 0));
        return;
      }
      case 'fetch-input': {
        const { region, task } = effect;
        void preparer.fetchInput(task, region).then((input) => starts.inputCame(task, input, 0));
        return;
      }
      case 'compute':
        end({ kind: 'ready', ...preparer.runningOf(effect.tile), ...effect.tile.costs });
        return;
      case 'give-up':
        if (effect.why instanceof Error) throw effect.why;
        end({ kind: effect.why });
    }
  });
  frames.scopes.onEnd((frame) => starts.forget(frame));
  return {
    fetchAhead: (task: EdgeTask, before: readonly RunningTile[]) => starts.fetchAhead(task, before, 0),
    prepare: (task: EdgeTask, before: readonly RunningTile[] = []) =>
      new Promise<Preparation>((resolve) => {
        end = resolve;
        starts.begin(task, before, 0);
      }),
  };
}

function readyOf(preparation: Preparation) {
  if (preparation.kind !== 'ready') throw new Error(`expected a tile that is ready, got ${preparation.kind}`);
  return preparation;
}

/** All tiles in a random order, each one's strips kept by a random device. */
async function runFrame(options: WorldOptions) {
  const { random, holders, asked, pool, run } = world(options);
  const order = plan.tiles.map(({ tileId }) => ({ tileId, key: random() })).sort((a, b) => a.key - b.key);
  const merged = new Float32Array(valuesOf(shape)).fill(Number.NaN);
  const sum = { macs: 0, overlapBytes: 0 };
  for (const { tileId } of order) {
    const holder = random() < 0.3 ? null : holders[Math.floor(random() * 3)]!;
    const { macs, overlapBytes } = await run(tileId, holder, merged);
    sum.macs += macs;
    sum.overlapBytes += overlapBytes;
    // Sometimes this device loses all that it keeps.
    if (options.answer !== undefined && random() < 0.1) pool.drop(FRAME);
  }
  expect(relativeDifference(merged, untiled)).toBeLessThanOrEqual(TOLERANCE.f32);
  return { ...sum, inputsAsked: asked.gateway, asked: holders.map((holder) => holder.asked) };
}

describe.each([true, false])('the merged output equals the untiled one (this device is the source: %s)', (own) => {
  it.each(ANSWERS)('where holders answer: %s', { timeout: 60_000 }, async (kind) => {
    let inputsAsked = 0;
    for (const seed of [1, 2, 3]) {
      const ran = await runFrame({ seed, own, answer: () => kind });
      expect(Math.max(...ran.asked) > 1).toBe(!SILENT.includes(kind));
      if (SILENT.includes(kind) || kind === 'problem' || kind === 'nonsense') expect(ran.overlapBytes).toBe(0);
      inputsAsked += ran.inputsAsked;
    }
    if (own) expect(inputsAsked).toBe(0);
    else if (kind !== 'all') expect(inputsAsked).toBeGreaterThan(0);
  });

  it('where each answers something else each time', { timeout: 60_000 }, async () => {
    for (let seed = 10; seed < 20; seed++) {
      await runFrame({ seed, own, answer: (random) => ANSWERS[Math.floor(random() * ANSWERS.length)]! });
    }
  });

  it('and what is reused is not computed', async () => {
    const all = await runFrame({ own });
    const none = await runFrame({ own, answer: () => 'none' });
    const whole = await runFrame({ own, reuse: false });
    expect([all.inputsAsked, whole.asked, whole.overlapBytes]).toEqual([0, [0, 0, 0], 0]);
    expect(all.overlapBytes).toBeGreaterThan(0);
    expect(all.macs).toBeLessThan(none.macs);
    expect(none.macs).toBeLessThanOrEqual(whole.macs);
  });
});

describe('what a tile counts on', () => {
  it('is asked of each holder once, all at once, and of this device first', async () => {
    const { holders, run, pool } = world();
    const [first, second] = holders as [Holder, Holder];
    for (const [tile, holder] of [
      [3, null],
      [3, second],
      [1, first],
      [7, first],
    ] as const)
      await run(tile, holder);
    const before = holders.map(({ asked }) => asked);
    const { job, overlapBytes } = await run(4, null);
    expect(holders.map(({ asked }, i) => asked - before[i]!)).toEqual([1, 0, 0]);
    expect(Object.keys(job.offers).sort()).toEqual(['north', 'south', 'west']);
    expect(overlapBytes).toBeGreaterThan(0);
    expect(pool.offersOf(FRAME, 3)).not.toBeNull();
  });

  it('does not include a side whose holder is unknown', async () => {
    const { holders, run, preparer, taskOf } = world();
    await run(1, holders[0]!);
    const { offers } = taskOf(4).reuse;
    const ready = readyOf(await preparer.prepare(taskOf(4, { offers, holders: {} })));
    expect([ready.job.offers, ready.job.strips, holders[0]!.asked]).toEqual([{}, [], 0]);
  });

  it('nothing without reuse: nobody is asked, and nothing is kept', async () => {
    const { holders, run, preparer, taskOf, asked } = world({ reuse: false });
    expect((await run(1, holders[0]!)).keepFor).toEqual([]);
    const { job, keepFor, overlapBytes } = readyOf(await preparer.prepare(taskOf(4)));
    expect([job.offers, job.strips, keepFor, overlapBytes]).toEqual([{}, [], [], 0]);
    expect([holders.map((holder) => holder.asked), asked.gateway]).toEqual([[0, 0, 0], 0]);
  });

  it.each([true, false])('strips are kept for sides that may still be computed (the source: %s)', async (own) => {
    const { run } = world({ own });
    await run(1, null);
    expect((await run(4, null)).keepFor).toEqual([...(own ? [] : ['north']), 'south', 'west', 'east']);
  });
});

describe('strips as halves', () => {
  it('are taken as well', { timeout: 60_000 }, async () => {
    const { holders, run } = world();
    holders[0]!.maps = 'f16';
    const whole = await run(4, null);
    await run(1, holders[0]!);
    const { job, macs, overlapBytes } = await run(4, null);
    expect(job.strips.length).toBeGreaterThan(0);
    expect(macs).toBeLessThan(whole.macs);
    const values = job.strips.reduce<number>(
      (sum, strip) => sum + (typeof strip === 'number' ? 0 : strip.data.length),
      0,
    );
    expect(overlapBytes).toBeLessThan(4 * values);
  });
});

describe('what is fetched', () => {
  /** Tile 1 has run elsewhere, tile 3 here; tile 4 is next. */
  async function amid(options: WorldOptions) {
    const made = world(options);
    await made.run(3, null);
    await made.run(1, made.holders[0]!);
    const ready = readyOf(await made.preparer.prepare(made.taskOf(4)));
    return { ...made, ready, sides: new Set(cutSides(ready.job.offers)) };
  }
  const cutSides = (offers: OffersToTile) => cutTile(plan, 4, offers).strips.map(({ side }) => side);

  it('is nothing with policy never: what this device has is used', async () => {
    const { holders, sides, ready } = await amid({ policy: 'never', own: true });
    expect([holders[0]!.asked, [...sides], ready.overlapBytes]).toEqual([0, ['west'], 0]);
  });

  it('is all until a speed is known, then what is worth it', async () => {
    const made = await amid({ policy: 'cost', own: true });
    expect([...made.sides].sort()).toEqual(['north', 'west']);
    for (let i = 0; i < 20; i++) made.links.add('http://e1', 1_000 + i * 5_000, 5_000 + i);
    made.speed.add(1e9, 1);
    const ready = readyOf(await made.preparer.prepare(made.taskOf(4)));
    expect([...new Set(cutSides(ready.job.offers))]).toEqual(['west']);
  });

  it('is worth it where the input that came with the task is too small without', async () => {
    const made = await amid({ policy: 'cost', own: false });
    for (let i = 0; i < 20; i++) made.links.add('http://e1', 1_000 + i * 5_000, 5 + i / 100);
    for (let i = 0; i < 20; i++) made.links.add('', 1_000 + i * 5_000, 5_000 + i);
    made.speed.add(1e9, 1);
    const asked = made.asked.gateway;
    readyOf(await made.preparer.prepare(made.taskOf(4)));
    expect(made.asked.gateway).toBe(asked);
  });

  it('is nothing where not all sides are there and it is all or none', async () => {
    const { holders, ready } = await amid({ allSides: true });
    expect([holders[0]!.asked, ready.job.offers]).toEqual([0, {}]);
    const made = world({ allSides: true, answer: () => 'all' });
    for (const tile of [1, 3, 5, 7]) await made.run(tile, made.holders[0]!);
    const all = readyOf(await made.preparer.prepare(made.taskOf(4)));
    expect(Object.keys(all.job.offers).sort()).toEqual(['east', 'north', 'south', 'west']);
    const some = world({ allSides: true, answer: () => 'some' });
    for (const tile of [1, 3, 5, 7]) await some.run(tile, some.holders[0]!);
    const none = readyOf(await some.preparer.prepare(some.taskOf(4)));
    expect(none.job.offers).toEqual({});
  });
});

describe('strips fetched ahead', () => {
  /** Tile 1 has run elsewhere; tile 3 is being computed here, tile 4 waits. */
  async function waiting(answer: () => AnswerKind = () => 'all') {
    const made = world({ answer });
    await made.run(1, made.holders[0]!);
    const task = made.taskOf(4);
    const running = readyOf(await made.preparer.prepare(made.taskOf(3)));
    return { ...made, task, running, asks: () => made.holders[0]!.asked };
  }

  it('are not asked for again, and what this device has computed meanwhile goes first', async () => {
    const { preparer, task, running, asks, pool } = await waiting();
    preparer.fetchAhead(task, [running]);
    preparer.fetchAhead(task, [running]);
    const before = asks();
    await executor.run(running.job);
    pool.add(FRAME, 3, offersOfTile(plan, running.cut, running.keepFor), running.kept);
    const ready = readyOf(await preparer.prepare(task));
    expect(asks()).toBe(before);
    expect(Object.keys(ready.job.offers).sort()).toEqual(['north', 'west']);
    expect(ready.overlapBytes).toBeGreaterThan(0);
    const { outputs } = await executor.run(ready.job);
    const expected = cropRegion(untiled, shape.channels, wholeMap(shape), shareOf(4));
    expect(relativeDifference(outputs[0]!, expected)).toBeLessThanOrEqual(TOLERANCE.f32);
  });

  it('are completed where the running tile came to nothing', async () => {
    const { preparer, task, running, asks, pool } = await waiting();
    preparer.fetchAhead(task, [running]);
    const before = asks();
    pool.drop(FRAME);
    const ready = readyOf(await preparer.prepare(task));
    expect(asks()).toBeLessThanOrEqual(before + 1);
    expect(Object.keys(ready.job.offers)).toEqual(['north']);
    expect(cutTile(plan, 4, ready.job.offers).strips.length).toBeGreaterThan(0);
  });

  it('that did not come are computed', async () => {
    const { preparer, task, running } = await waiting(() => 'refused');
    preparer.fetchAhead(task, [running]);
    const ready = readyOf(await preparer.prepare(task));
    expect([ready.job.strips, ready.overlapBytes]).toEqual([[], 0]);
  });

  it('are kept for one task only, and not beyond the end of its frame', async () => {
    const { preparer, scopes, task, running, asks, taskOf } = await waiting();
    preparer.fetchAhead(task, [running]);
    preparer.fetchAhead(taskOf(2), [running]);
    let before = asks();
    await preparer.prepare(task);
    expect(asks()).toBe(before + 1);
    preparer.fetchAhead(task, [running]);
    before = asks();
    scopes.end('zz-2');
    scopes.end(FRAME);
    await preparer.prepare(task);
    expect(asks()).toBe(before + 1);
  });
});

describe('tiles that the compute thread has already', () => {
  it.each([true, false])('count as done (this device is the source: %s)', async (own) => {
    for (const seed of [1, 2, 3, 4]) {
      const { preparer, pool, random, sourceBook, taskOf } = world({ seed, own });
      const merged = new Float32Array(valuesOf(shape)).fill(Number.NaN);
      const before: RunningTile[] = [];
      let numbers = 0;
      const runFirst = async () => {
        const { job, cut, keepFor, kept } = before.shift()!;
        const { outputs } = await executor.run(job);
        const offers = offersOfTile(plan, cut, keepFor);
        pool.add(FRAME, job.tileId, offers, kept);
        sourceBook.finished(FRAME, job.tileId, offers, null);
        placeRegion(merged, shape.channels, wholeMap(shape), outputs[0]!, shareOf(job.tileId));
      };
      const order = plan.tiles.map(({ tileId }) => ({ tileId, key: random() })).sort((a, b) => a.key - b.key);
      for (const { tileId } of order) {
        while (before.length > 0 && (before.length > TILES_AHEAD || random() < 0.3)) await runFirst();
        const ready = readyOf(await preparer.prepare(taskOf(tileId), before));
        numbers += ready.job.strips.filter((strip) => typeof strip === 'number').length;
        before.push(ready);
      }
      while (before.length > 0) await runFirst();
      expect(numbers).toBeGreaterThan(0);
      expect(relativeDifference(merged, untiled)).toBeLessThanOrEqual(TOLERANCE.f32);
    }
  });
});

describe('a tile whose input cannot be had', () => {
  /** A tile whose input was cut by a strip that is lost. */
  async function lacking(gateway: () => unknown) {
    const made = world({ gateway, answer: () => 'none' });
    await made.run(1, made.holders[0]!);
    return { ...made, got: await made.preparer.prepare(made.taskOf(4)) };
  }
  const fail = (error: Error) => () => Promise.reject(error);

  it('has ended where the gateway knows its frame no more', async () => {
    const { got, asked } = await lacking(fail(problem(404)));
    expect([got, asked.gateway]).toEqual([{ kind: 'ended' }, 1]);
  });

  it.each([
    ['a problem', fail(problem(503))],
    ['no answer', fail(new Error('ECONNRESET'))],
    ['a damaged answer', fail(new DigestError('damaged'))],
  ])('is given up after a second try: %s', async (_name, gateway) => {
    const { got, asked } = await lacking(gateway);
    expect([got, asked.gateway]).toEqual([{ kind: 'no-input' }, 2]);
  });

  it.each([
    ['nonsense', { bytes: Uint8Array.of(1) }],
    ['no input', { bytes: encodeSafetensors({}, {}) }],
  ])('is not asked for again where the gateway itself answers wrongly: %s', async (_name, answer) => {
    const { got, asked } = await lacking(() => answer);
    expect([got, asked.gateway]).toEqual([{ kind: 'no-input' }, 1]);
  });

  it('has ended with the frame of this device that it was cut from', async () => {
    const { scopes, preparer, taskOf, asked } = world({ own: true });
    expect((await preparer.prepare(taskOf(4))).kind).toBe('ready');
    scopes.end(FRAME);
    expect([await preparer.prepare(taskOf(4)), asked.gateway]).toEqual([{ kind: 'ended' }, 0]);
  });
});
