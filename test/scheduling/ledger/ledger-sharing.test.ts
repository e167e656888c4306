import { describe, expect, test } from 'vitest';
import type { Distribution } from '../../../server/scheduling/ledger/ledger-state.js';
import { type LedgerOrder, queued, running, withDevices } from '../ledger-run.js';

const SHARING: Distribution = { kind: 'sharing' };

const pushesOf = (orders: readonly LedgerOrder[]) =>
  orders.flatMap((order) => (order.kind === 'push' ? [`${order.part}#${order.attempt} ${order.device}`] : []));

describe('a frame that the gateway shares out', () => {
  test('is fetched from its source, and its tiles are pushed to all devices in turn', () => {
    const run = withDevices('b', 'a', 'c');
    expect(run.accept('f', { parts: 5, source: 'b', distribution: SHARING })).toEqual([
      { kind: 'deliver', frame: 'f', source: 'b', attempt: 1 },
    ]);
    expect(pushesOf(run.delivered('f', 'b'))).toEqual(['0#1 a', '1#1 b', '2#1 c', '3#1 a', '4#1 b']);
    for (const [part, device] of ['a', 'b', 'c', 'a', 'b'].entries()) run.pushed('f', part, 1, device);
    for (let part = 0; part < 4; part++) run.result('f', part, 'a');
    expect(run.result('f', 4, 'b')).toEqual([{ kind: 'finish', frame: 'f' }]);
  });

  test('waits for its turn also where its source has the picture already', () => {
    const run = withDevices('a', 'b');
    run.accept('f', { parts: 2, source: 'a', delivered: true, distribution: SHARING });
    expect(run.phase('f')).toBe('delivering');
  });

  test('comes after the one before it, whatever its source; frames that are stolen from do not wait', () => {
    const run = withDevices('a', 'b');
    run.accept('f', { parts: 2, source: 'a', distribution: SHARING });
    expect(run.accept('g', { parts: 2, source: 'b', distribution: SHARING })).toEqual([]);
    expect(run.accept('h', { parts: 2, source: 'b' })).toEqual([
      { kind: 'deliver', frame: 'h', source: 'b', attempt: 1 },
    ]);
    run.delivered('f', 'a');
    run.result('f', 0, 'a');
    expect(run.phase('g')).toBe('waiting');
    expect(run.result('f', 1, 'b')).toEqual([
      { kind: 'finish', frame: 'f' },
      { kind: 'deliver', frame: 'g', source: 'b', attempt: 1 },
    ]);
  });

  test('loses nothing with a device: its tiles go to the others', () => {
    const run = withDevices('a', 'b');
    run.accept('f', { parts: 4, source: 'a', distribution: SHARING });
    run.delivered('f', 'a');
    for (const part of [0, 2]) run.pushed('f', part, 1, 'a');
    for (const part of [1, 3]) run.pushed('f', part, 1, 'b');
    run.seen('b', [running('f', 1), queued('f', 3)]);
    run.result('f', 1, 'b');
    expect(pushesOf(run.left('b'))).toEqual(['3#2 a']);
  });
});
