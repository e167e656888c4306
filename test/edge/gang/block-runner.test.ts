import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../../client/problem-error.js';
import type { BlockJob, ComputeResult } from '../../../server/compute/messages.js';
import type { BlockResults } from '../../../server/edge/gang/block-results.js';
import { BlockRunner } from '../../../server/edge/gang/block-runner.js';
import type { BlockTask } from '../../../server/edge/gang/block-task.js';
import type { AnswerEnd } from '../../../server/edge/gang/strip-answers.js';
import { StripExchange } from '../../../server/edge/gang/strip-exchange.js';
import type { EdgeBoard } from '../../../server/edge/tasks/edge-board.js';
import { bandsOf } from '../../../server/geometry/gang/bands.js';
import { gangBlocks } from '../../../server/geometry/gang/gang-blocks.js';
import { planGang } from '../../../server/geometry/gang/gang-plan.js';
import { regionArea } from '../../../server/geometry/region.js';
import type { PeerClient } from '../../../server/node/peers/peer-client.js';
import { decodeGangStrips, encodeGangStrips } from '../../../server/node/wire/gang-strips.js';
import { TaskBoard } from '../../../server/scheduling/device/task-board.js';
import type { BlockTimes } from '../../../server/scheduling/gang/block-times.js';
import { planLayers } from '../../geometry/chain-graphs.js';
import { chain, conv } from '../../geometry/layer-chains.js';
import { testDevice, testFrames } from '../test-device.js';

const layers = chain({ channels: 3, height: 12, width: 6 }, [conv(3, 2), conv(3, 2), conv(3, 2)]);
const plan = planLayers(layers, 3, { rows: 1, columns: 1 });
/** A stage a layer. */
const gang = planGang(plan.stage.graph, () => [1, 2]);
/** The device under test is the middle one of three: it exchanges strips with members 0 (e1) and 2. */
const MEMBER = 1;
const bands = bandsOf([1, 1, 1]);
const { stages } = gangBlocks(gang, bands)[MEMBER]!;
const { maps } = gang.stage;

function taskOf(attempt = 1, frame = 'f-1'): BlockTask {
  const members = ['e1', 'e0', 'e2'].map((device) => ({ device, address: `http://${device}` }));
  return {
    ...{ kind: 'block', frame, member: MEMBER, tile: MEMBER, generation: 1, attempt, strategy: 'gang' },
    ...{ partDigest: 'p', boxesAbove: null, bands, members, picture: new Uint8Array(0), taskBytes: 0, arrivedMs: 0 },
  };
}

/** A call of another node that has no answer yet. */
interface Send {
  readonly to: string;
  readonly stage: number;
  readonly strips: number;
  readonly sharedDigest: string | null;
  /** Whether the answer is to have strips. */
  readonly asks: boolean;
  /** Answers, without strips. */
  done(): void;
  /** Answers with strips. */
  answer(bytes: Uint8Array): void;
  fail(error?: Error): void;
}

/** A device whose neighbours, compute thread and gateway do as the test says. */
function device() {
  const happened: string[] = [];
  const engine: { job: BlockJob; done(): void; fail(): void }[] = [];
  const sends: Send[] = [];
  const clientOf = (address: string): PeerClient => ({
    baseUrl: address,
    call: (_rule, options) =>
      new Promise((resolve, reject) => {
        const { signal } = options!;
        const { answer, stage } = options!.query as { stage: number; answer?: 'strips' };
        const to = address.slice(-2);
        const body = decodeGangStrips(() => maps, options!.body!.bytes as Uint8Array);
        const { sharedDigest } = body;
        const strips = body.strips.length;
        happened.push(`strips to ${to} after ${stage}`);
        signal!.addEventListener('abort', () => reject(signal!.reason));
        const fail = (error = new Error(`${to} is gone`)) => reject(error);
        const done = () => resolve({ status: 204 } as never);
        const answerWith = (bytes: Uint8Array) => resolve({ status: 200, bytes } as never);
        const asks = answer === 'strips';
        sends.push({ to, stage, strips, sharedDigest, asks, done, answer: answerWith, fail });
      }),
  });
  const edge = { ...testDevice({ plan, clientOf }), gangs: { gang, layerGang: null } };
  const frames = testFrames(edge);
  const board: EdgeBoard = new TaskBoard(9);
  board.onChange(({ kind }) => kind !== 'shared' && happened.push(kind));
  const compute = {
    runBlock: (job: BlockJob) =>
      new Promise<ComputeResult<'block'>>((resolve, reject) => {
        const index = engine.length;
        happened.push(`stage ${index}`);
        const owed = stages[index]!.owed.map(({ map, region }) => {
          return new Float32Array(maps[map]!.channels * regionArea(region));
        });
        const outputs = index === stages.length - 1 ? [new Float32Array(0)] : null;
        const done = () => resolve({ computeMs: 5, macs: 7, owed, outputs, boxes: null });
        engine.push({ job, done, fail: () => reject(new Error('no memory')) });
      }),
    dropBlock: (key: string) => void happened.push(`drop ${key}`),
  };
  const results = { send: (_task: BlockTask, _plan: unknown, costs: object) => happened.push(JSON.stringify(costs)) };
  const inputs = { partOf: async () => new Uint8Array(3 * 12 * 6) };
  const strips = new StripExchange(edge, frames);
  const { answers, inbox } = strips;
  const parts = { edge, compute, board, strips, inputs, results: results as unknown as BlockResults };
  const runner = new BlockRunner(parts as unknown as ConstructorParameters<typeof BlockRunner>[0]);
  return { answers, board, edge, engine, frames, happened, inbox, runner, sends };
}

type Device = ReturnType<typeof device>;

/** Has the device begin a task; `end` is its end. */
async function begin({ board, happened, runner }: Device, task = taskOf(), stopped = new AbortController().signal) {
  board.share(task);
  board.takeNext();
  const end = runner.run(task, stopped);
  await settle();
  happened.splice(0, happened.length, ...happened.filter((what) => what !== 'begun'));
  return end;
}

/** Everything that is not waiting for the test has run. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await nextTurn();
}

/** Puts the strips of both neighbours after a stage into the inbox. */
async function strips({ inbox }: Device, stage: number, task = taskOf()): Promise<void> {
  for (const { from } of stages[stage + 1]!.due.filter((body) => body.stage === stage)) {
    const region = { x0: 0, x1: 1, y0: 0, y1: 1 };
    const strip = { map: stage + 1, region, data: new Float32Array(2) };
    inbox.put(task, { from, stage }, { strips: [strip], sharedDigest: null });
  }
  await settle();
}

/** The engine ends the stage that it computes. */
async function computed({ engine }: Device): Promise<void> {
  engine.at(-1)!.done();
  await settle();
}

/** Member 0 asks for the strips that it reads. */
function asked({ answers }: Device, stage: number, task = taskOf()): Promise<AnswerEnd> {
  return answers.ask(task, { to: 0, stage }, Object.assign(new EventEmitter(), { closed: false }));
}

/** The strips that member 2 owes after a stage. */
function stripsOfTwo(stage: number, sharedDigest: string | null = null): Uint8Array {
  const { owed } = gangBlocks(gang, bands)[2]!.stages[stage]!;
  const blocks = owed.map(({ map, region }) => {
    return { map, region, data: new Float32Array(maps[map]!.channels * regionArea(region)) };
  });
  return encodeGangStrips(maps, { strips: blocks, sharedDigest }, 'f32');
}

const isOver = async (promise: Promise<void>) => {
  let over = false;
  void promise.then(() => (over = true));
  await settle();
  return over;
};

describe('a block on its device', () => {
  it('runs stage after stage, with the strips of its neighbours, and sends its own before the next', async () => {
    const it = device();
    const end = begin(it);
    await settle();
    expect(it.happened).toEqual(['stage 0']);
    expect(it.engine[0]!.job).toMatchObject({ member: MEMBER, strips: [] });
    expect(it.engine[0]!.job.input).not.toBeNull();
    await computed(it);
    expect(it.happened, 'neither has asked before').toEqual([
      'stage 0',
      'strips to e1 after 0',
      'strips to e2 after 0',
    ]);
    expect(it.sends).toMatchObject([
      { to: 'e1', asks: true },
      { to: 'e2', asks: true },
    ]);
    await strips(it, 0);
    expect(it.happened.at(-1), 'the neighbours need not have answered').toBe('stage 1');
    expect(it.engine[1]!.job.input).toBeNull();
    expect(it.engine[1]!.job.strips).toHaveLength(2);
    await computed(it);
    await strips(it, 1);
    await computed(it);
    expect(it.happened.at(-1), 'a neighbour may lack strips').toBe('stage 2');
    for (const send of it.sends) send.done();
    await end;
    expect(it.happened.slice(-2)).toEqual([expect.stringContaining('"computeMs":15'), 'drop f-1/1/1']);
    expect(JSON.parse(it.happened.at(-2)!)).toMatchObject({ macs: 21, overlapBytes: 32 });
    const { afterMs, stages: times, prepareMs, totalMs } = JSON.parse(it.happened.at(-2)!) as BlockTimes;
    expect(times.map(({ computeMs }) => computeMs)).toEqual([5, 5, 5]);
    const waits = times.map(({ stripsMs }) => stripsMs);
    expect(waits.every((ms) => ms >= 0)).toBe(true);
    expect(prepareMs + waits.reduce((sum, ms) => sum + ms), 'the test has time pass, not the engine').toBeLessThan(
      totalMs,
    );
    const moments = times.flatMap(({ beganMs, endedMs }) => [beganMs, endedMs]);
    expect([prepareMs, ...moments, totalMs, totalMs + afterMs], 'one after the other').toEqual(
      [prepareMs, ...moments, totalMs, totalMs + afterMs].toSorted((a, b) => a - b),
    );
    expect(times.map(({ sent }) => sent.map(({ to }) => to))).toEqual([[0, 2], [0, 2], []]);
    expect(times[0]!.sent.every(({ bytes }) => bytes > 0)).toBe(true);
    expect(it.board.returned).toEqual([]);
  });

  it('says which stage it is at and whose strips it lacks, of the block that it computes alone', async () => {
    const it = device();
    void begin(it);
    await settle();
    expect(it.runner.progressOf(taskOf())).toEqual({ stage: 0, lacks: [] });
    await computed(it);
    const lacks = [
      { from: 0, stage: 0 },
      { from: 2, stage: 0 },
    ];
    expect(it.runner.progressOf(taskOf())).toEqual({ stage: 1, lacks });
    it.inbox.put(taskOf(), { from: 2, stage: 0 }, { strips: [], sharedDigest: null });
    expect(it.runner.progressOf(taskOf())).toEqual({ stage: 1, lacks: lacks.slice(0, 1) });
    expect(it.runner.progressOf(taskOf(2))).toBeNull();
    expect(it.runner.progressOf(taskOf(1, 'f-2'))).toBeNull();
    await strips(it, 0);
    expect(it.runner.progressOf(taskOf())).toEqual({ stage: 1, lacks: [] });
  });

  it('takes strips that come before their time', async () => {
    const it = device();
    await strips(it, 0);
    await strips(it, 1);
    void begin(it);
    await settle();
    await computed(it);
    await computed(it);
    expect(it.happened.filter((what) => what.startsWith('stage'))).toEqual(['stage 0', 'stage 1', 'stage 2']);
  });

  it.each([
    ['while it waits for strips', 1],
    ['when all stages have run', 3],
  ])('is given back when strips cannot be sent, %s', async (_when, runs) => {
    const it = device();
    const end = begin(it);
    await settle();
    for (let stage = 0; stage < runs; stage++) {
      await computed(it);
      if (stage + 1 < runs) await strips(it, stage);
    }
    it.sends[0]!.fail();
    await end;
    expect(it.happened.slice(-3)).toEqual(['returned', 'finished', 'drop f-1/1/1']);
    expect(it.happened.some((what) => what.includes('computeMs'))).toBe(false);
    expect(it.board.returned).toEqual([taskOf()]);
    expect(it.board.isIdle).toBe(true);
  });

  it('is given back when the engine fails', async () => {
    const it = device();
    const end = begin(it);
    await settle();
    it.engine[0]!.fail();
    await end;
    expect(it.happened).toEqual(['stage 0', 'returned', 'finished', 'drop f-1/1/1']);
  });

  const ENDS: [string, (device: Device) => void][] = [
    ['its frame ends', ({ frames }) => frames.scopes.end('f-1')],
    ['a later attempt is known', ({ frames }) => frames.generations.invalidateBefore('f-1', 1, 2)],
    ['a later generation is known', ({ frames }) => frames.generations.invalidateBefore('f-1', 2)],
    [
      'strips of a later attempt come',
      ({ inbox }) => void inbox.put(taskOf(2), { from: 0, stage: 0 }, { strips: [], sharedDigest: null }),
    ],
    ['it is given up', ({ runner }) => runner.giveUp(() => true)],
  ];
  describe.each(ENDS)('when %s', (_name, happen) => {
    function wired() {
      const it = device();
      const { generations, scopes } = it.frames;
      scopes.onEnd((frame) => it.runner.giveUp((task) => task.frame === frame));
      generations.onInvalidated(() => it.runner.giveUp((task) => generations.isPastBlock(task)));
      return it;
    }

    it('ends while it waits for strips, and is not given back', async () => {
      const it = wired();
      const end = begin(it);
      await settle();
      await computed(it);
      happen(it);
      await end;
      expect(it.happened.slice(-2)).toEqual(['finished', 'drop f-1/1/1']);
      expect([it.board.returned, it.board.isIdle]).toEqual([[], true]);
    });

    it('ends after the engine call that runs, and sends nothing more', async () => {
      const it = wired();
      const end = begin(it);
      await settle();
      happen(it);
      expect(await isOver(end)).toBe(false);
      await computed(it);
      await end;
      expect(it.happened.filter((what) => !what.startsWith('strips'))).toEqual(['stage 0', 'finished', 'drop f-1/1/1']);
      expect(it.board.returned).toEqual([]);
    });
  });

  it('goes on when what is said is of an attempt that is past, or of another frame', async () => {
    const it = device();
    const end = begin(it, taskOf(3));
    await settle();
    it.runner.giveUp((task) => task.frame === 'f-2');
    it.inbox.put(taskOf(2), { from: 0, stage: 0 }, { strips: [], sharedDigest: null });
    it.frames.scopes.end('f-2');
    it.frames.generations.invalidateBefore('f-1', 1, 3);
    await computed(it);
    await strips(it, 0, taskOf(3));
    expect(it.happened.at(-1)).toBe('stage 1');
    expect(await isOver(end)).toBe(false);
  });

  it('is not begun when a later attempt is known', async () => {
    const it = device();
    it.inbox.put(taskOf(2), { from: 0, stage: 0 }, { strips: [], sharedDigest: null });
    await begin(it);
    expect(it.happened).toEqual(['finished', 'drop f-1/1/1']);
    expect(it.engine).toEqual([]);
  });

  it('ends when the device stops, whatever the compute thread fails with then', async () => {
    const it = device();
    const stopped = new AbortController();
    const end = begin(it, taskOf(), stopped.signal);
    await settle();
    await computed(it);
    stopped.abort();
    await end;
    expect(it.happened.slice(-2)).toEqual(['finished', 'drop f-1/1/1']);
    expect(it.board.returned).toEqual([]);
  });

  it('is given back when another member sees another picture', async () => {
    const it = device();
    const { from } = stages[1]!.due[0]!;
    const end = begin(it, { ...taskOf(), partDigest: null });
    await settle();
    await computed(it);
    for (const due of stages[1]!.due) {
      const strip = { map: 1, region: { x0: 0, x1: 1, y0: 0, y1: 1 }, data: new Float32Array(2) };
      it.inbox.put(taskOf(), due, { strips: [strip], sharedDigest: due.from === from ? 'another' : null });
    }
    await settle();
    await end;
    expect(it.engine, 'no stage more').toHaveLength(1);
    expect(it.board.returned).toMatchObject([{ frame: 'f-1' }]);
  });

  it('tells each neighbour once what both see of the picture, where the gateway has not said it', async () => {
    const it = device();
    void begin(it, { ...taskOf(), partDigest: null });
    await settle();
    const questions = [0, 1].map((stage) => asked(it, stage));
    await computed(it);
    await strips(it, 0);
    await computed(it);
    const told = it.sends.map(({ sharedDigest, stage, to }) => [to, stage, sharedDigest !== null]);
    expect(told).toEqual([
      ['e2', 0, true],
      ['e2', 1, false],
    ]);
    const answers = await Promise.all(questions);
    expect(answers.map((end) => end.kind === 'strips' && decodeGangStrips(() => maps, end.bytes).sharedDigest)).toEqual(
      [expect.stringMatching(/./), null],
    );
  });
});

describe('a block that exchanges strips', () => {
  const overloaded = new ProblemError({ type: '', title: '', status: 429, code: 'DT_OVERLOADED', detail: 'full' });
  const over = new ProblemError({ type: '', title: '', status: 404, code: 'DT_TASK_UNKNOWN', detail: 'it has ended' });

  it('asks the members that have not asked before, and tells them that its strips are on their way when they do', async () => {
    const it = device();
    void begin(it);
    await settle();
    await computed(it);
    expect(it.sends.map(({ asks, to }) => [to, asks])).toEqual([
      ['e1', true],
      ['e2', true],
    ]);
    expect(await asked(it, 0)).toEqual({ kind: 'sent' });
    expect(await asked(it, 0), 'also when the question is repeated').toEqual({ kind: 'sent' });
    expect([it.answers.bytes, it.answers.held]).toEqual([0, 0]);
  });

  it('goes on with the strips in the answer of the member that it asks, and counts them', async () => {
    const it = device();
    void begin(it);
    await settle();
    void asked(it, 0);
    await computed(it);
    it.inbox.put(taskOf(), { from: 0, stage: 0 }, { strips: [], sharedDigest: null });
    await settle();
    expect(it.happened.at(-1)).toBe('strips to e2 after 0');
    const bytes = stripsOfTwo(0);
    it.sends[0]!.answer(bytes);
    await settle();
    expect(it.happened.at(-1)).toBe('stage 1');
    const { metrics } = it.edge;
    const counted = new RegExp(`^deepthings_strip_bytes_total{direction="received".*} ${bytes.length}$`, 'm');
    expect(counted.test(await metrics.registry.metrics())).toBe(true);
  });

  it('waits for the strips where the answer has none: they come in a request of their own', async () => {
    const it = device();
    const end = begin(it);
    await settle();
    void asked(it, 0);
    await computed(it);
    it.sends[0]!.done();
    expect(await isOver(end)).toBe(false);
    expect(it.runner.progressOf(taskOf())).toMatchObject({ lacks: [{ from: 0 }, { from: 2 }] });
    await strips(it, 0);
    expect(it.happened.at(-1)).toBe('stage 1');
  });

  it('answers a member when its strips are computed, and again when the question is repeated', async () => {
    const it = device();
    void begin(it);
    await settle();
    const first = asked(it, 0);
    expect(it.answers.held).toBe(1);
    await computed(it);
    const end = await first;
    expect(end.kind).toBe('strips');
    expect(await asked(it, 0)).toEqual(end);
    expect([it.answers.held, it.sends.map(({ to }) => to)]).toEqual([0, ['e2']]);
  });

  it('keeps an answer until the member has computed a stage that reads it, and the last until the frame ends', async () => {
    const it = device();
    const end = begin(it);
    await settle();
    void asked(it, 0);
    await computed(it);
    const one = it.answers.bytes;
    expect(one).toBeGreaterThan(0);
    await strips(it, 0);
    const second = asked(it, 1);
    await computed(it);
    expect((await second).kind).toBe('strips');
    expect(it.answers.bytes).toBe(one);
    await strips(it, 1);
    await computed(it);
    for (const send of it.sends) send.done();
    await end;
    expect((await asked(it, 1)).kind, 'its answer was lost').toBe('strips');
    it.frames.scopes.end('f-1');
    expect(it.answers.bytes).toBe(0);
  });

  it('is given back when the member that it asks does not take its strips', async () => {
    const it = device();
    const end = begin(it);
    await settle();
    await computed(it);
    it.sends[0]!.fail(overloaded);
    await end;
    expect(it.board.returned).toEqual([taskOf()]);
  });

  it('is given back when an answer is none', async () => {
    const it = device();
    const end = begin(it);
    await settle();
    await computed(it);
    it.sends[0]!.answer(Uint8Array.of(1, 2, 3));
    await end;
    expect(it.board.returned).toEqual([taskOf()]);
  });

  it('is not at fault when the block of the member that it asks has ended', async () => {
    const it = device();
    const end = begin(it);
    await settle();
    await computed(it);
    it.sends[0]!.fail(over);
    expect(await isOver(end)).toBe(false);
    expect(it.runner.progressOf(taskOf())).toMatchObject({ stage: 1, lacks: [{ from: 0 }, { from: 2 }] });
    it.runner.giveUp(() => true);
    await end;
    expect(it.board.returned).toEqual([]);
  });

  it.each<[string, (device: Device) => void]>([
    ['its stage fails', ({ engine }) => engine[0]!.fail()],
    ['its frame ends', ({ frames }) => frames.scopes.end('f-1')],
    ['a later attempt is known', ({ frames }) => frames.generations.invalidateBefore('f-1', 1, 2)],
    ['the device stops', ({ answers }) => answers.stop()],
  ])('refuses held questions at once when %s', async (_name, happen) => {
    const it = device();
    void begin(it);
    await settle();
    const held = asked(it, 0);
    happen(it);
    await settle();
    expect(await held).toEqual({ kind: 'over' });
    expect(it.answers.held).toBe(0);
  });

  it('refuses questions from when it was given up', async () => {
    const it = device();
    const end = begin(it);
    await settle();
    void asked(it, 0);
    await computed(it);
    it.runner.giveUp(() => true);
    await end;
    expect(await asked(it, 0)).toEqual({ kind: 'over' });
    expect(it.answers.bytes).toBe(0);
  });
});
