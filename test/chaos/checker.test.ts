import { describe, expect, it, test } from 'vitest';
import { checkRun, checkTeardown } from './checker.js';
import type { RunFacts } from './facts.js';
import { frameFacts, goodFacts, nodeFacts, START_MS } from './good-facts.js';

const killed = { fault: 'kill', node: 'e0', fromMs: START_MS + 500, toMs: START_MS + 900 };
const gatewayKilled = { ...killed, fault: 'gateway-kill', node: 'gateway' };
const others = goodFacts();
const second = others.frames[1]!;
const ends = others.ends;

describe('the checker', () => {
  it('finds nothing wrong with a run in which nothing is', () => {
    expect(checkRun(goodFacts())).toEqual([]);
  });

  test.each<[string, Partial<RunFacts>, string]>([
    [
      'a frame that was accepted is not there',
      { submissions: [{ kind: 'accepted', frame: 'a-9' }] },
      'a-9 was accepted',
    ],
    ['a picture was refused without need', { submissions: [{ kind: 'refused', status: 500, code: 'X' }] }, 'refused'],
    [
      'a frame has not ended',
      { frames: [frameFacts('a-1', { toMs: null }), second], ends: [ends[1]!] },
      'has not ended',
    ],
    ['an output differs', { frames: [frameFacts('a-1', { difference: 2e-4 }), second] }, 'differs'],
    ['an output is no number', { frames: [frameFacts('a-1', { difference: Number.NaN }), second] }, 'differs'],
    ['an output is not kept', { frames: [frameFacts('a-1', { difference: null }), second] }, 'not kept'],
    ['detections differ', { frames: [frameFacts('a-1', { detections: 'face 0.9 is missing' }), second] }, 'missing'],
    ['a picture is not one of those submitted', { frames: [frameFacts('a-1', { known: false }), second] }, 'nobody'],
    [
      'a frame failed though nothing was done',
      {
        frames: [frameFacts('a-1', { code: 'DT_NO_DEVICE' }), second],
        ends: [{ ...ends[0]!, state: 'failed' }, ends[1]!],
      },
      'failed',
    ],
    ['an end was told twice', { ends: [...ends, ends[0]!] }, 'told twice'],
    ['an end was told as another', { ends: [{ ...ends[0]!, state: 'failed' }, ends[1]!] }, 'and is complete'],
    ['an end was never told', { ends: [ends[1]!] }, 'nobody was told'],
    [
      'an end was told of a frame that is gone',
      { ends: [...ends, { epoch: 'b', frame: 'b-1', state: 'complete' }] },
      'b-1',
    ],
    ['a frame after the storm failed', { frames: [frameFacts('a-1')], ends: [ends[0]!] }, 'after everything was quiet'],
    ['a frame after the storm was refused', { afterwards: [{ kind: 'refused', status: 503, code: 'X' }] }, 'quiet'],
    ['a device does not come back', { devices: [{ device: 'e0', state: 'lost' }] }, 'e0 is lost'],
    ['something is still held', { nodes: [nodeFacts('e0', { held: { 'own frames': 1 } })] }, 'own frames: 1'],
    ['a node does not say what it holds', { nodes: [nodeFacts('e0', { held: {} })] }, 'does not say'],
    ['a process is not there', { nodes: [nodeFacts('e0', { process: null })] }, 'does not run'],
    ['files stay open', { nodes: [nodeFacts('e0', { process: { files: 40, sockets: {} } })] }, '40 files'],
    [
      'connections stay open',
      { nodes: [nodeFacts('e0', { process: { files: 1, sockets: { established: 200 } } })] },
      '200 connections',
    ],
    [
      'connections stay half closed',
      { nodes: [nodeFacts('e0', { process: { files: 1, sockets: { 'close-wait': 1 } } })] },
      'does not close',
    ],
    ['a node failed to answer', { nodes: [nodeFacts('e0', { internalErrors: 1 })] }, 'failed'],
    ['a node logged its end', { nodes: [nodeFacts('e0', { fatal: ['{"level":60}'] })] }, 'logged'],
  ])('finds that %s', (_what, wrong, said) => {
    const found = checkRun(goodFacts(wrong));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(said);
  });

  it('allows what faults bring about', () => {
    const failed = frameFacts('a-1', { code: 'DT_TILE_ATTEMPTS', attempts: 6 });
    const failedEnd = { epoch: 'a', frame: 'a-1', state: 'failed' };
    const facts = { windows: [killed], frames: [failed, second], ends: [failedEnd, ends[1]!] };
    expect(checkRun(goodFacts(facts))).toEqual([]);
    expect(checkRun(goodFacts({ ...facts, windows: [] }))).toHaveLength(1);

    expect(
      checkRun(goodFacts({ submissions: [{ kind: 'unknown' }, { kind: 'refused', status: 429, code: 'X' }] })),
    ).toEqual([]);
  });

  it('allows that a gateway that was killed has lost outputs, and ends that nobody heard in time', () => {
    const windows = [gatewayKilled];
    const frames = [frameFacts('a-1', { difference: null }), frameFacts('b-1')];
    const told = [{ epoch: 'b', frame: 'b-1', state: 'complete' }];
    const afterwards = [{ kind: 'accepted', frame: 'b-1' } as const];
    expect(checkRun(goodFacts({ windows, frames, epoch: 'b', ends: told, afterwards }))).toEqual([]);
    expect(checkRun(goodFacts({ windows, frames, epoch: 'b', ends: [], gaps: ['b'], afterwards }))).toEqual([]);
    expect(checkRun(goodFacts({ windows, frames, epoch: 'b', ends: [], afterwards }))).toHaveLength(1);
  });
});

describe('the end of the processes', () => {
  const life = { node: 'e0', asked: 'SIGTERM', exitCode: 0, signal: null } as const;

  it('is good when each ended as it was asked to', () => {
    const full = { node: 'gateway', asked: 'full-disk', exitCode: 2, signal: null } as const;
    const murdered = { node: 'e0', asked: 'SIGKILL', exitCode: null, signal: 'SIGKILL' } as const;
    expect(checkTeardown({ lives: [murdered, life, full], children: 0 })).toEqual([]);
  });

  test.each([
    ['by itself', { ...life, asked: null, exitCode: 1 }],
    ['by a signal of its own', { ...life, exitCode: null, signal: 'SIGABRT' }],
    ['with another exit code', { ...life, exitCode: 1 }],
    ['not at all', { ...life, exitCode: null }],
  ])('is not good when one ended %s', (_how, wrong) => {
    expect(checkTeardown({ lives: [life, wrong], children: 0 })).toHaveLength(1);
  });

  it('is not good when a process is left', () => {
    expect(checkTeardown({ lives: [life], children: 1 })).toEqual(['1 processes are left']);
  });
});
