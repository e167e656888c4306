import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../client/generated/operations.js';
import { drawCase, type FuzzCase, type Material } from './cases.js';
import { mistakesOf } from './verdict.js';
import { parseAnswer } from './wire.js';

const MATERIAL: Material = {
  nodes: ['gateway', 'e0'],
  recorded: [
    { operation: 'stealTask', mediaType: 'application/json', body: Buffer.from('{"thief":"e0","sequence":1}') },
  ],
  picture: Buffer.alloc(64, 7),
  names: { devices: ['e0'], frames: ['a-1'], epoch: 'a' },
};
const CASES = Array.from({ length: 3_000 }, (_, number) => drawCase(5, number, MATERIAL));

describe('cases', () => {
  it('follow from seed and number', () => {
    expect(drawCase(5, 77, MATERIAL)).toEqual(CASES[77]);
    expect(drawCase(6, 77, MATERIAL)).not.toEqual(CASES[77]);
  });

  it('ask every operation of both roles, but for what would end the service', () => {
    const asked = new Set(CASES.map(({ node, operation }) => `${node} ${operation}`));
    for (const operation of Object.keys(OPERATIONS).filter((name) => !name.startsWith('drain'))) {
      expect(asked).toContain(`gateway ${operation}`);
      expect(asked).toContain(`e0 ${operation}`);
    }
    expect([...asked].filter((name) => name.includes('drain'))).toEqual([]);
    const requests = CASES.map(({ pieces }) => String(pieces[0]));
    expect(requests.filter((text) => /^POST \S*\/drain[ ?]/.test(text))).toEqual([]);
  });

  it('are requests whose head is one: nothing of a hostile text begins a line of its own', () => {
    for (const { operation, pieces } of CASES) {
      if (operation === null) continue;
      const head = String(pieces[0]).split('\r\n\r\n')[0]!.split('\r\n');
      expect(head[0]).toMatch(/^[A-Z]+ \/\S* HTTP\/1\.1$/);
      for (const line of head.slice(1)) expect(line).toMatch(/^[\w-]+: ?/);
    }
  });
});

describe('a path without its parameter', () => {
  it('asks no operation that has one: /frames/ is the list of frames', () => {
    const asked = CASES.map(({ operation, pieces }) => ({ operation, target: String(pieces[0]).split(' ')[1]! }));
    const lacking = asked.filter(({ target }) => /^\/frames\/(\?|$)/.test(target));
    expect(lacking.length).toBeGreaterThan(0);
    expect(lacking.filter(({ operation }) => operation !== null)).toEqual([]);
  });
});

describe('answers', () => {
  const frame = { operation: 'getFrame', isHead: false, mayBeHeld: false } as FuzzCase;
  const problem = (status: number, more = {}) =>
    answer(
      status,
      JSON.stringify({ type: 'about:blank', title: 'x', status, code: 'DT_FRAME_UNKNOWN', detail: 'x', ...more }),
    );
  const answer = (status: number, body: string, type = 'application/problem+json') => ({
    ...parseAnswer(
      Buffer.from(`HTTP/1.1 ${status} X\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`),
    ),
    isOpen: false,
  });

  it('are right when the contract has them', () => {
    expect(mistakesOf(frame, problem(404))).toEqual([]);
    expect(mistakesOf(frame, problem(431))).toEqual([]);
  });

  it.each([
    ['undeclared', problem(500), /declares no answer 500/],
    ['of no operation and a fault', problem(500), /answered 500/, null],
    ['a problem without a code', problem(404, { code: undefined }), /code/],
    ['a problem of another status', problem(404, { status: 400 }), /status 400/],
    ['no problem', answer(404, 'what?', 'text/plain'), /expected a problem/],
    ['a failure where 500 is declared', problem(500, { code: 'DT_INTERNAL' }), /DT_INTERNAL/, 'submitFrame'],
    ['none in time', { ...parseAnswer(Buffer.alloc(0)), isOpen: true }, /not answered/],
  ] as const)('are wrong: %s', (_name, given, says, operation: FuzzCase['operation'] = 'getFrame') => {
    expect(mistakesOf({ ...frame, operation }, given).join('\n')).toMatch(says);
  });

  it('are read in chunks, and past what only announces them', () => {
    const text =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n';
    expect(parseAnswer(Buffer.from(text))).toMatchObject({ status: 200, body: Buffer.from('abcde') });
  });
});
