import { describe, expect, it } from 'vitest';
import type { Distribution } from '../../../server/scheduling/ledger/ledger-state.js';
import { LedgerRun } from '../ledger-run.js';

const AUTO: Distribution = { kind: 'gang', plan: 'stages', members: 'auto', most: 99 };
const FORECAST = { sizesMs: [3000, 1700, 1200, 1000], speeds: new Map<string, number>() };

function cluster(devices = ['a', 'b', 'c', 'd']): LedgerRun {
  const run = new LedgerRun();
  run.send({ kind: 'gangs-predicted', forecast: FORECAST });
  for (const device of devices) run.seen(device);
  return run;
}

const accept = (run: LedgerRun, frame: string, source?: string) =>
  run
    .accept(frame, { distribution: AUTO, ...(source !== undefined && { source }) })
    .filter(({ kind }) => kind === 'gang');

function finish(run: LedgerRun, frame: string): ReturnType<LedgerRun['send']> {
  const { parts } = run.ledger.frames.get(frame)!;
  const orders = parts.flatMap((part, i) =>
    part.kind === 'unplaced'
      ? []
      : run.send({ kind: 'result', frame, part: i, generation: 1, attempt: part.attempt, device: part.device }),
  );
  return [...orders, ...run.send({ kind: 'frame-ended', frame })].filter(({ kind }) => kind === 'gang');
}

it('all devices compute one frame, and the frames that came meanwhile share them', () => {
  const run = cluster();
  expect(accept(run, 'f')).toEqual([
    {
      ...{ kind: 'gang', frame: 'f', attempt: 1, devices: ['a', 'b', 'c', 'd'] },
      choice: { waiting: 1, idle: 4, predictedMs: 1040 },
    },
  ]);
  expect(accept(run, 'g')).toEqual([]);
  expect(accept(run, 'h')).toEqual([]);
  run.pass(1000);
  expect(finish(run, 'f')).toMatchObject([
    { frame: 'g', devices: ['b', 'd'], choice: { waiting: 2, idle: 4 } },
    { frame: 'h', devices: ['a', 'c'] },
  ]);
});

it('a frame is computed by its own source, where that is free', () => {
  const run = cluster();
  accept(run, 'f');
  accept(run, 'g', 'd');
  accept(run, 'h', 'a');
  run.pass(1000);
  const gangs = finish(run, 'f') as readonly { readonly frame: string; readonly devices: readonly string[] }[];
  expect(gangs.find(({ frame }) => frame === 'g')!.devices).toContain('d');
  expect(gangs.find(({ frame }) => frame === 'h')!.devices).toContain('a');
});

it('a frame waits for devices that are soon free, but not for a gang that is late', () => {
  const run = cluster(['a', 'b', 'c']);
  accept(run, 'f');
  run.pass(900);
  run.seen('d');
  expect(accept(run, 'g')).toEqual([]);
  expect(run.pass(400).filter(({ kind }) => kind === 'gang')).toMatchObject([{ frame: 'g', devices: ['d'] }]);
});

it('a frame waits for a gang whose attempt began late, since an earlier one failed', () => {
  const run = cluster();
  accept(run, 'f');
  run.pass(900);
  for (const device of ['a', 'b', 'c']) run.seen(device);
  // Three devices begin again: it takes them 1,200 ms.
  run.send({ kind: 'device-left', device: 'd' });
  run.pass(600);
  run.seen('d');
  expect(accept(run, 'g')).toEqual([]);
});

it('a frame does not wait for devices of a gang that are drained or not reached', () => {
  const run = cluster(['a', 'b', 'c']);
  accept(run, 'f');
  run.pass(900);
  for (const [member, device] of ['a', 'b'].entries()) run.result('f', member, device);
  for (const device of ['a', 'b']) run.draining(device);
  run.send({ kind: 'device-suspended', device: 'c', untilMs: 60_000 });
  run.seen('d');
  expect(accept(run, 'g')).toMatchObject([{ frame: 'g', devices: ['d'] }]);
});

it('a frame that a gang failed at is computed by all others', () => {
  const run = cluster();
  accept(run, 'f');
  const [gang] = run.send({ kind: 'device-left', device: 'b' }).filter(({ kind }) => kind === 'gang');
  expect(gang).toMatchObject({ frame: 'f', attempt: 2, devices: ['a', 'c', 'd'] });
  expect(gang).not.toHaveProperty('choice');
});

it('frames that took longer than predicted correct what is predicted', () => {
  const run = cluster();
  for (const frame of ['f', 'g', 'h', 'i', 'j', 'k']) {
    accept(run, frame);
    run.pass(1900);
    finish(run, frame);
    run.pass(60_000);
    for (const device of ['a', 'b', 'c', 'd']) run.seen(device);
  }
  const [gang] = accept(run, 'last');
  expect((gang as { choice: { predictedMs: number } }).choice.predictedMs).toBeGreaterThan(1550);
});

it('devices of gangs that are chosen go to no frame of another strategy between them', () => {
  const run = cluster();
  run.accept('f', { distribution: { ...AUTO, members: 'all' } });
  accept(run, 'g');
  run.accept('h', { distribution: { ...AUTO, members: 1 } });
  accept(run, 'i');
  run.pass(1000);
  const gangs = finish(run, 'f') as readonly { readonly frame: string; readonly devices: readonly string[] }[];
  expect(gangs.map(({ frame }) => frame)).toEqual(['g', 'h', 'i']);
  expect(gangs.map(({ devices }) => devices.length)).toEqual([2, 1, 1]);
  expect(new Set(gangs.flatMap(({ devices }) => devices)).size).toBe(4);
});

it('a frame that asks for two devices at most leaves the others to the next one', () => {
  const run = cluster();
  const two = run.accept('f', { distribution: { ...AUTO, most: 2 } });
  expect(two).toMatchObject([{ kind: 'gang', devices: ['a', 'b'], choice: { waiting: 1, idle: 4 } }, {}, {}]);
  expect(accept(run, 'g')).toMatchObject([{ devices: ['c', 'd'] }]);
});

it('idle devices that a gang does without are named, with the reason', () => {
  const run = cluster(['a', 'b', 'c']);
  const speeds = new Map([['b', 0.1]]);
  run.send({ kind: 'gangs-predicted', forecast: { ...FORECAST, speeds } });
  const [slow] = accept(run, 'f') as unknown as readonly { readonly choice: { readonly spare: unknown } }[];
  expect(slow!.choice.spare).toEqual([{ device: 'b', withMs: expect.any(Number), helps: false }]);
});

it('idle devices that stay free for the next frames are named too', () => {
  const run = cluster();
  for (const frame of ['f', 'g', 'h']) accept(run, frame);
  for (let i = 0; i < 5; i++) {
    run.pass(1000);
    for (const device of ['a', 'b', 'c', 'd']) run.seen(device);
  }
  for (const frame of ['f', 'g', 'h']) finish(run, frame);
  const [gang] = accept(run, 'i') as unknown as readonly {
    readonly devices: readonly string[];
    readonly choice: { readonly spare: readonly { readonly helps: boolean }[] };
  }[];
  expect(gang!.choice.spare).toHaveLength(4 - gang!.devices.length);
  expect(gang!.choice.spare.every(({ helps }) => helps)).toBe(true);
});

describe('a frame that is to be answered within a time', () => {
  const within = (run: LedgerRun, frame: string, withinMs: number) =>
    run.accept(frame, { distribution: { ...AUTO, withinMs } }).filter(({ kind }) => kind === 'gang');

  it('has devices enough for that under load, and the frames behind it have the others', () => {
    const run = cluster();
    accept(run, 'f');
    within(run, 'g', 3500);
    for (const frame of ['h', 'i', 'j']) accept(run, frame);
    run.pass(1000);
    // Four frames wait: each would have one device, which takes 3,010 ms.
    expect(finish(run, 'f')).toMatchObject([
      { frame: 'g', devices: { length: 2 }, choice: { bound: { withinMs: 3500, leftMs: 2500 } } },
      { frame: 'h', devices: { length: 1 } },
      { frame: 'i', devices: { length: 1 } },
    ]);
  });

  it('has those that are free', () => {
    const run = cluster();
    expect(within(run, 'f', 2000)).toMatchObject([{ devices: ['a', 'b', 'c', 'd'] }]);
    finish(run, 'f');
    run.pass(60_000);
    for (const device of ['a', 'b', 'c', 'd']) run.seen(device);
    run.accept('g', { distribution: { kind: 'gang', plan: 'stages', members: 1, most: 1 } });
    expect(within(run, 'h', 2000)).toMatchObject([{ devices: { length: 3 } }]);
  });

  it('that is over counts as one without a bound, and says so', () => {
    const run = cluster();
    accept(run, 'f');
    accept(run, 'g');
    within(run, 'h', 500);
    run.pass(1000);
    const gangs = finish(run, 'f') as readonly { readonly frame: string; readonly devices: readonly string[] }[];
    expect(gangs.map(({ devices }) => devices.length)).toEqual([2, 2]);
    expect(gangs[1]).toMatchObject({ frame: 'h', choice: { bound: { withinMs: 500, leftMs: -500 } } });
  });

  it('which no gang keeps has all devices', () => {
    const run = cluster();
    expect(within(run, 'f', 300)).toMatchObject([{ devices: ['a', 'b', 'c', 'd'], choice: { predictedMs: 1040 } }]);
  });
});

it('one device computes a frame while the gateway is busy, and all of them once it is not', () => {
  const run = cluster();
  const measure = (share: number) => {
    for (let i = 0; i < 30; i++) run.send({ kind: 'gateway-busy', share });
  };
  measure(1);
  expect(accept(run, 'f')).toMatchObject([{ devices: ['a'], choice: { predictedMs: 3010, gatewayMost: 1 } }]);
  run.pass(1000);
  finish(run, 'f');
  measure(0.2);
  run.pass(20_000);
  for (const device of ['a', 'b', 'c', 'd']) run.seen(device);
  const [gang] = accept(run, 'g');
  expect(gang).toMatchObject({ devices: ['a', 'b', 'c', 'd'] });
  expect(gang).not.toHaveProperty('choice.gatewayMost');
});
