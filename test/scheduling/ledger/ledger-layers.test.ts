import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Distribution } from '../../../server/scheduling/ledger/ledger-state.js';
import { propertyRuns } from '../../support/property-runs.js';
import { type LedgerOrder, type LedgerRun, withDevices } from '../ledger-run.js';

const layered = (layers: number, mostSlices = 99): Distribution => ({ kind: 'layered', layers, mostSlices });

const pushesOf = (orders: readonly LedgerOrder[]) =>
  orders.flatMap((order) =>
    order.kind === 'push' ? [`${order.layer}/${order.part}#${order.attempt} ${order.device}`] : [],
  );

function begun(run: LedgerRun, layers = 2, mostSlices = 99): LedgerOrder[] {
  run.accept('f', { parts: 1, source: 'a', distribution: layered(layers, mostSlices) });
  return run.delivered('f', 'a');
}

describe('a frame that is computed layer by layer', () => {
  test('begins with a slice for each live device', () => {
    const run = withDevices('c', 'a', 'b');
    const orders = begun(run);
    expect(orders[0]).toEqual({ kind: 'slice', frame: 'f', attempt: 1, devices: ['a', 'b', 'c'] });
    expect(pushesOf(orders)).toEqual(['0/0#1 a', '0/1#1 b', '0/2#1 c']);
  });

  test('has no more slices than can be cut', () => {
    expect(pushesOf(begun(withDevices('a', 'b', 'c'), 2, 2))).toEqual(['0/0#1 a', '0/1#1 b']);
  });

  test('goes on to the next layer when every slice is there, and ends after the last', () => {
    const run = withDevices('a', 'b');
    begun(run);
    expect(run.slice('f', 1, 0, 'b')).toEqual([]);
    expect(pushesOf(run.slice('f', 0, 0, 'a'))).toEqual(['1/0#1 a', '1/1#1 b']);
    expect(run.slice('f', 0, 1, 'a')).toEqual([]);
    expect(run.slice('f', 1, 1, 'b')).toEqual([{ kind: 'finish', frame: 'f' }]);
  });

  test.each([
    ['of a layer that is done', 0, 1],
    ['of a layer to come', 2, 1],
    ['of another attempt', 1, 2],
  ])('does not count a result %s', (_, layer, attempt) => {
    const run = withDevices('a');
    begun(run, 3);
    run.slice('f', 0, 0, 'a');
    run.slice('f', 0, layer, 'a', attempt);
    expect(run.verdict).toBe('stale');
    expect(run.part('f').kind).toBe('pushing');
  });

  test('does not count a tile', () => {
    const run = withDevices('a');
    begun(run);
    run.result('f', 0, 'a');
    expect(run.verdict).toBe('stale');
  });

  test('begins again without a device that is lost, also where that one was done with the layer', () => {
    const run = withDevices('a', 'b');
    begun(run);
    run.slice('f', 1, 0, 'b');
    const orders = run.left('b');
    expect(orders[0]).toEqual({ kind: 'slice', frame: 'f', attempt: 2, devices: ['a'] });
    expect(pushesOf(orders)).toEqual(['0/0#2 a']);
    run.slice('f', 0, 0, 'a', 1);
    expect(run.verdict).toBe('stale');
    run.slice('f', 0, 0, 'a', 2);
    expect(run.slice('f', 0, 1, 'a', 2)).toEqual([{ kind: 'finish', frame: 'f' }]);
  });

  test('begins again without a device that does not get on with its slice', () => {
    const run = withDevices('a', 'b');
    begun(run);
    run.pushed('f', 0, 1, 'a');
    const slice = { frame: 'f', tile: 1, layer: 0, attempt: 1, state: 'running' } as const;
    const orders = run.passWith(5_000, { a: [], b: [slice] });
    expect(orders.find(({ kind }) => kind === 'slice')).toMatchObject({ attempt: 2 });
  });

  test('fails when it has begun too often', () => {
    const run = withDevices('a');
    begun(run);
    for (let attempt = 1; attempt <= 3; attempt++) {
      const detail = 'connection refused';
      run.send({ kind: 'push-failed', frame: 'f', part: 0, layer: 0, attempt, device: 'a', detail });
      run.passWith(2_000, { a: [] });
    }
    expect(run.endOf('f')).toBe('fail');
  });

  test('waits for a device where none is live', () => {
    const run = withDevices('a');
    begun(run);
    expect(pushesOf(run.left('a'))).toEqual([]);
    run.seen('c');
    expect(pushesOf(run.pass(100))).toEqual(['0/0#2 c']);
  });

  test('ends once whatever happens on the way', () => {
    const happening = fc.oneof(
      fc.record({ kind: fc.constant('done' as const), part: fc.nat(3), late: fc.boolean() }),
      fc.record({ kind: fc.constant('lost' as const), device: fc.constantFrom('a', 'b', 'c') }),
      fc.record({ kind: fc.constant('seen' as const), device: fc.constantFrom('a', 'b', 'c', 'd') }),
      fc.record({ kind: fc.constant('time' as const), ms: fc.integer({ min: 1, max: 4_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (happenings, layers) => {
        const run = withDevices('a', 'b', 'c');
        begun(run, layers);
        const answer = (part: number, attempt: number) => {
          const entry = run.ledger.frames.get('f');
          if (entry?.layering) run.slice('f', part, entry.layering.layer, entry.layering.devices[part] ?? 'a', attempt);
        };
        for (const one of happenings) {
          if (one.kind === 'lost') run.left(one.device);
          else if (one.kind === 'seen') run.seen(one.device);
          else if (one.kind === 'time') run.pass(one.ms);
          else answer(one.part, (run.ledger.frames.get('f')?.parts[0]?.attempt ?? 1) - (one.late ? 1 : 0));
        }
        // From here on nothing goes wrong any more.
        for (let turn = 0; turn < 50 && run.endOf('f') === null; turn++) {
          run.seen('d');
          run.pass(100);
          const entry = run.ledger.frames.get('f');
          for (const [part, { attempt }] of (entry?.parts ?? []).entries()) answer(part, attempt);
        }
        expect(['finish', 'fail']).toContain(run.endOf('f'));
      }),
      { numRuns: propertyRuns(300) },
    );
  });
});
