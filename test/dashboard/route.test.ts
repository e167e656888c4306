import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRoute, parseRoute, type Route } from '../../dashboard/src/routing/route.js';

describe('routes', () => {
  it.each<[string, Route]>([
    ['', { view: 'overview' }],
    ['#/', { view: 'overview' }],
    ['#/submit', { view: 'submit' }],
    ['#/frames/mbx2k0g1-1', { view: 'frame', frame: 'mbx2k0g1-1' }],
    ['#/history', { view: 'history', filter: {}, before: null }],
    ['#/history?state=nonsense&label=', { view: 'history', filter: {}, before: null }],
    ['#/plan?grid=0x3&depth=-1', { view: 'plan', choice: {} }],
    ['#/plan?grid=5x4&tile=7', { view: 'plan', choice: { grid: { rows: 5, columns: 4 }, tile: 7 } }],
    ['#/nowhere', { view: 'unknown', path: '/nowhere' }],
    ['#/frames/%', { view: 'frame', frame: '%' }],
  ])('%s', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route);
  });

  it('lead back to where they came from', () => {
    const text = fc.string({ minLength: 1, maxLength: 12 });
    const filter = fc.record(
      { state: fc.constant('failed' as const), source: text, label: text },
      { requiredKeys: [] },
    );
    const grid = fc.record({ rows: fc.integer({ min: 1, max: 99 }), columns: fc.integer({ min: 1, max: 99 }) });
    const count = fc.integer({ min: 1, max: 99 });
    const parts = fc.constantFrom('tiles' as const, 'blocks' as const);
    const choice = fc.record(
      { grid, depth: count, tile: fc.nat(999), parts, members: count, member: fc.nat(99) },
      { requiredKeys: [] },
    );
    const route: fc.Arbitrary<Route> = fc.oneof(
      fc.record({ view: fc.constant('history' as const), filter, before: fc.option(text) }),
      fc.record({ view: fc.constant('plan' as const), choice }),
      fc.record({ view: fc.constant('frame' as const), frame: text }),
    );
    fc.assert(
      fc.property(route, (there) => {
        expect(parseRoute(formatRoute(there))).toEqual(there);
      }),
    );
  });
});
